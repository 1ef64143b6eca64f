import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Program } from '../program.js';
import { SideProcess } from '../side-process.js';
import type { MailQuestion } from './mail-server.js';
import { Wire } from './wire.js';

/** What everybody who is seeded knows. */
export const PASSWORD = 'seven otters in a quiet canoe';
export const ANSWER = 'Rosebud Lane';

const COMMAND = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url));

/** A practice as `demo seed` prints it. */
export interface SeededPractice {
  practiceId: string;
  administrator: string;
  users: string[];
}

/** Latchkey as `npm start` runs it, with a mail server of its own, known only by its public contract. */
export class MeasuredInstallation {
  readonly #mail = new SideProcess('./timing/mail-server.js');
  #smtpUrl = '';
  #program: Program | undefined;
  #wire: Wire | undefined;

  constructor(private readonly dataDir: string) {}

  /** A connection for what is not measured. */
  get wire(): Wire {
    if (!this.#wire) throw new Error('the installation has not been started');
    return this.#wire;
  }

  /** Starts API and worker; with `api` alone nobody takes anything out of the queue. */
  async start(roles: 'all' | 'api' = 'all'): Promise<void> {
    this.#smtpUrl ||= `smtp://127.0.0.1:${await this.#askMail<number>({ ask: 'listen' })}`;
    this.#program = await Program.start([COMMAND, 'start'], this.#environment({ ROLES: roles }));
    this.#wire = new Wire(this.#program.baseUrl);
  }

  /** Connections of so many clients; whoever asks for them closes them. */
  clients(count: number): Wire[] {
    return Array.from({ length: count }, () => new Wire(this.#program?.baseUrl ?? ''));
  }

  async restart(roles: 'all' | 'api'): Promise<void> {
    await this.#stopProgram();
    await this.start(roles);
  }

  /** From now on no mail can be sent. */
  async stopMail(): Promise<void> {
    await this.#askMail({ ask: 'go away' });
  }

  async seed(practices: number, usersEach: number): Promise<SeededPractice[]> {
    const size = ['--practices', String(practices), '--users', String(usersEach)];
    const stdout = await this.#run(
      'demo',
      'seed',
      ...size,
      '--password',
      PASSWORD,
      '--answer',
      ANSWER,
      '--json',
    );
    return (JSON.parse(stdout) as { practices: SeededPractice[] }).practices;
  }

  async advance(seconds: number): Promise<void> {
    await this.#run('clock', 'advance', String(seconds));
  }

  /** The temporary password that was mailed to an address; waits for the mail. */
  async credentialFor(address: string): Promise<string> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const credential = await this.#askMail<string | null>({ ask: 'credential', address });
      if (credential) return credential;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no mail with a temporary password has come for ${address}`);
  }

  async stop(): Promise<void> {
    await this.#stopProgram();
    this.#mail.stop();
  }

  async #stopProgram(): Promise<void> {
    this.#wire?.close();
    await this.#program?.stop();
  }

  #askMail<Answer>(question: MailQuestion): Promise<Answer> {
    return this.#mail.ask<Answer>(question);
  }

  async #run(...args: string[]): Promise<string> {
    const options = { env: this.#environment({}), maxBuffer: 64 * 1024 * 1024 };
    return (await promisify(execFile)(process.execPath, [COMMAND, ...args], options)).stdout;
  }

  #environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    // Nothing is inherited but the path, so that a developer's own DATABASE_URL or REDIS_URL changes no figure.
    return {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      DATA_DIR: this.dataDir,
      PORT: '0',
      SMTP_URL: this.#smtpUrl,
      RATE_LIMIT_FACTOR: '1000000',
      SAMPLE: 'off',
      LOG_LEVEL: 'error',
      ...own,
    };
  }
}
