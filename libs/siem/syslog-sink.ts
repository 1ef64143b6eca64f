import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { addAbortSignal } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Batch, Sink } from './sink.js';
import { octetCounted, type SyslogOrigin, syslogMessage } from './syslog-message.js';

const TLS_PORT = 6_514;
const PLAIN_PORT = 514;
const SILENT_MS = 10_000;

/**
 * Syslog over TLS (RFC 5425), or over TCP on this machine. Syslog has no receipts. What it has is the end of
 * a connection: a receiver must answer it (§4.4), and TCP hands that end over behind everything else. So each
 * delivery is a connection of its own, and was taken once the receiver has answered its end.
 */
export class SyslogSink implements Sink {
  readonly #place: { host: string; port: number };
  readonly #secured: boolean;
  readonly #origin: SyslogOrigin = { hostname: hostname(), processId: String(process.pid) };
  /** Resumed by the next connection, which then costs one round trip less. */
  #session: Buffer | undefined;

  constructor(
    { protocol, hostname, port }: URL,
    private readonly authorities?: string,
  ) {
    this.#secured = protocol === 'syslog+tls:';
    this.#place = {
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (this.#secured ? TLS_PORT : PLAIN_PORT),
    };
  }

  async deliver(
    batches: readonly Batch[],
    taken: (batch: Batch) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const frames = batches.flatMap(({ practiceId, entries }) =>
      entries.map((entry) => octetCounted(syslogMessage(this.#origin, practiceId, entry))),
    );
    await handOver(addAbortSignal(signal, this.#connect()), Buffer.concat(frames));
    for (const batch of batches) taken(batch);
  }

  #connect(): Socket {
    if (!this.#secured) return connectPlain(this.#place);
    const socket = connectTls({
      ...this.#place,
      ...(isIP(this.#place.host) === 0 && { servername: this.#place.host }),
      ...(this.authorities && { ca: this.authorities }),
      ...(this.#session && { session: this.#session }),
      minVersion: 'TLSv1.2',
    });
    return socket.on('session', (session) => {
      this.#session = session;
    });
  }
}

/** Writes everything, ends, and waits for the other end. */
function handOver(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answered = false;
    socket.setTimeout(SILENT_MS, () => socket.destroy(new Error('the receiver is silent')));
    socket.on('error', reject);
    // An end that comes before ours is none of an answer: the receiver has left.
    socket.on('end', () => {
      answered = socket.writableFinished;
    });
    socket.on('close', () => {
      if (answered) resolve();
      else reject(new Error('the receiver left before it had taken everything'));
    });
    // Nothing is expected; but an end is seen by whoever reads.
    socket.resume();
    socket.end(bytes);
  });
}
