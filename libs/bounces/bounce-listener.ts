import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { SMTPServer, SMTPServerSession } from 'smtp-server';
import { Config, Logger, safeError } from '#runtime';
import { Bounces } from './bounces.js';

/** A report carries the mail that it is about, and ours are small. */
export const LARGEST_REPORT_BYTES = 1024 * 1024;
const CLIENTS = 20;
/** A report has one recipient; so many at once are somebody trying. */
const RECIPIENTS = 20;
const SILENCE_MILLISECONDS = 60_000;

type Report = Readable & { sizeExceeded?: boolean };
type Done = (error?: Error | null, reply?: string) => void;

/**
 * Takes returned mail from the mail server of the house by LMTP (RFC 2033): `LMTP_PORT`, on loopback unless
 * `LMTP_HOST` says otherwise. Nobody signs in here, and nothing is taken for any address but our own.
 */
@Injectable()
export class BounceListener implements BeforeApplicationShutdown {
  #server: SMTPServer | undefined;

  constructor(
    @Inject(Bounces) private readonly bounces: Bounces,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Where it listens; null while it does not. */
  get port(): number | null {
    return (this.#server?.server.address() as AddressInfo | null | undefined)?.port ?? null;
  }

  /** Does nothing without `LMTP_PORT`. @throws Error when the port is taken */
  async start(): Promise<void> {
    const { LMTP_PORT, LMTP_HOST } = this.config.values;
    if (LMTP_PORT === undefined) return;
    const server = await this.#makeServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(LMTP_PORT, LMTP_HOST, resolve);
    });
    server.on('error', (error: Error) =>
      this.log.debug({ err: safeError(error) }, 'LMTP: a client went away'),
    );
    this.#server = server;
    this.log.info({ port: this.port }, 'returned mail is taken by LMTP');
  }

  async beforeApplicationShutdown(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    await new Promise<void>((resolve) => {
      server.close(resolve);
      for (const connection of server.connections) connection.close();
    });
  }

  async #makeServer(): Promise<SMTPServer> {
    const { SMTPServer } = await import('smtp-server');
    return new SMTPServer({
      lmtp: true,
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: LARGEST_REPORT_BYTES,
      maxClients: CLIENTS,
      socketTimeout: SILENCE_MILLISECONDS,
      logger: false,
      onRcptTo: ({ address }, { envelope }, done) => {
        if (envelope.rcptTo.length >= RECIPIENTS) return done(refusal(452, '4.5.3 Too many recipients'));
        done(this.bounces.deliveryOf(address) ? null : refusal(550, '5.1.1 No such address here'));
      },
      onData: (stream, session, done) => void this.#answer(stream, session, done),
    });
  }

  async #answer(stream: Report, session: SMTPServerSession, done: Done): Promise<void> {
    try {
      const raw = await wholeOf(stream);
      if (!raw) {
        this.log.warn({ most: LARGEST_REPORT_BYTES }, 'a returned mail is too large, and was refused');
        return done(refusal(552, '5.3.4 Message too big'));
      }
      for (const { address } of session.envelope.rcptTo) await this.bounces.take(raw, address);
      done(null, 'Noted');
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'a returned mail could not be noted; it will come again');
      done(refusal(451, '4.3.0 Try again later'));
    }
  }
}

/** Read to its end in any case, as only then it may be answered; null where it is too large. */
async function wholeOf(stream: Report): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk as Buffer);
  return stream.sizeExceeded ? null : Buffer.concat(chunks);
}

const refusal = (responseCode: number, text: string) => Object.assign(new Error(text), { responseCode });
