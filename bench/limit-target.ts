import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { hash } from '@node-rs/argon2';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#database';
import { schema } from './limit/statements.js';
import type { Call } from './load.js';
import { Program } from './program.js';
import { type ResetCall, Rota, seed, type Target } from './target.js';

interface LimitUser {
  id: string;
  practiceId: string;
  username: string;
  email: string;
}

const databaseName = 'latchkey_limit';

function usersOf(practice: number): LimitUser[] {
  return Array.from({ length: seed.usersPerPractice }, (_, index) => {
    const username = `u${practice * seed.usersPerPractice + index}`;
    return { id: randomUUID(), practiceId: `P${practice}`, username, email: `${username}@limit.test` };
  });
}

function resetCall({ id, email }: LimitUser): ResetCall {
  return { path: `/users/${id}/password-reset`, headers: {}, body: '{}', address: email };
}

function signInCall({ practiceId, username }: LimitUser): Call {
  const body = { practiceId, username, password: seed.password, transport: 'bearer' };
  return { path: '/sessions', headers: {}, body: JSON.stringify(body) };
}

/** `bench/limit` with an embedded PostgreSQL of the same make and settings as the product's. */
export class LimitTarget implements Target {
  readonly name = 'limit';
  private postgres: EmbeddedPostgres | undefined;
  private program: Program | undefined;
  private readonly credentialKey = randomBytes(32).toString('hex');
  private resetRota = Rota.over<ResetCall>([]);
  private signInRota = Rota.over<Call>([]);

  constructor(
    readonly dataDir: string,
    private readonly smtpUrl: string,
  ) {}

  get baseUrl(): string {
    return this.program?.baseUrl ?? '';
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  get databaseUrl(): string {
    return this.postgres?.adminUrl(databaseName) ?? '';
  }

  async start(): Promise<void> {
    this.postgres = await EmbeddedPostgres.open({ dataDir: this.dataDir });
    await this.createDatabase(this.postgres);
    const main = fileURLToPath(new URL('./limit/main.js', import.meta.url));
    this.program = await Program.start([main], {
      PATH: process.env.PATH,
      DATABASE_URL: this.databaseUrl,
      SMTP_URL: this.smtpUrl,
      CREDENTIAL_KEY: this.credentialKey,
    });
  }

  async fill(): Promise<void> {
    const practices = Array.from({ length: seed.practices }, (_, at) => usersOf(at));
    await this.insert(practices.flat());
    this.resetRota = Rota.over(practices.map((users) => users.map(resetCall)));
    this.signInRota = Rota.over(practices.map((users) => users.map(signInCall)));
  }

  resets(count: number): ResetCall[] {
    return this.resetRota.take(count);
  }

  signIns(count: number): Call[] {
    return this.signInRota.take(count);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
    await this.postgres?.stop();
  }

  private async insert(users: LimitUser[]): Promise<void> {
    const passwordHash = await hash(seed.password, { memoryCost: 19456, timeCost: 2, parallelism: 1 });
    const rows = JSON.stringify(users);
    await this.query(
      `insert into practices (id, name) select distinct "practiceId", 'Practice ' || "practiceId"
       from json_to_recordset($1) as u ("practiceId" text)`,
      [rows],
    );
    await this.query(
      `insert into users (id, practice_id, username, email, display_name, password_hash)
       select id, "practiceId", username, email, 'User ' || username, $2
       from json_to_recordset($1) as u (id uuid, "practiceId" text, username text, email text)`,
      [rows, passwordHash],
    );
    await this.query('analyze');
  }

  private async createDatabase(postgres: EmbeddedPostgres): Promise<void> {
    const admin = new Client({ connectionString: postgres.adminUrl('postgres') });
    await admin.connect();
    const existing = await admin.query('select from pg_database where datname = $1', [databaseName]);
    if (existing.rowCount === 0) await admin.query(`create database ${databaseName}`);
    await admin.end();
    await this.query(schema);
  }

  private async query(sql: string, values?: unknown[]): Promise<void> {
    const client = new Client({ connectionString: this.databaseUrl });
    await client.connect();
    await client.query(sql, values);
    await client.end();
  }
}
