import { once } from 'node:events';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { type Batch, type Sink, SinkBusy, SinkRefusal, type StreamedEntry } from './sink.js';

const ANSWER_WITHIN_MS = 10_000;
/** Requests under way at once, each of another practice: a distant receiver must not make the others wait. */
const LANES = 8;
const LONGEST_PAUSE_SECONDS = 300;
/** Of a request's lines: half of what a proxy takes that nobody has set up for it (nginx: 1 MB). */
const MOST_BYTES = 524_288;

/** What a receiver is told with each request. */
interface Credentials {
  token?: string | undefined;
  /** Certificates to trust instead of the machine's, in PEM. */
  authorities?: string | undefined;
}

/** A batch that the receiver finds too large; a smaller one may pass. */
class TooLarge extends SinkRefusal {}

/** POSTs of NDJSON for each batch; a 2xx is the receipt. Redirects are not followed: they would carry the token along. */
export class HttpSink implements Sink {
  readonly #agent: PlainAgent | TlsAgent;
  /** Less once the receiver has found so much too large. */
  #mostBytes = MOST_BYTES;

  constructor(
    private readonly url: URL,
    private readonly credentials: Credentials,
  ) {
    const lasting = { keepAlive: true, maxSockets: LANES };
    const ca = credentials.authorities;
    this.#agent =
      url.protocol === 'https:' ? new TlsAgent({ ...lasting, ...(ca && { ca }) }) : new PlainAgent(lasting);
  }

  async deliver(
    batches: readonly Batch[],
    taken: (batch: Batch) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = batches.values();
    let failure: unknown;
    const lane = async () => {
      for (const batch of waiting) {
        if (failure) return;
        await this.#carry(batch, taken, signal).catch((error: unknown) => {
          failure ??= error;
        });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failure) throw failure;
  }

  /** In requests of limited size; what was too large comes again by half, down to a single line. */
  async #carry(
    { practiceId, entries }: Batch,
    taken: (piece: Batch) => void,
    signal: AbortSignal,
  ): Promise<void> {
    for (let from = 0; from < entries.length; ) {
      const piece = { practiceId, entries: pieceOf(entries, from, this.#mostBytes) };
      try {
        await this.#post(piece, signal);
      } catch (error) {
        if (!(error instanceof TooLarge) || piece.entries.length === 1) throw error;
        const half = piece.entries.reduce((sum, { line }) => sum + bytesOf(line), 0) / 2;
        this.#mostBytes = Math.min(this.#mostBytes, half);
        continue;
      }
      taken(piece);
      from += piece.entries.length;
    }
  }

  async #post({ practiceId, entries }: Batch, signal: AbortSignal): Promise<void> {
    const [first, last] = [entries[0], entries.at(-1)];
    const request = (this.url.protocol === 'https:' ? tlsRequest : plainRequest)(this.url, {
      method: 'POST',
      agent: this.#agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      headers: {
        'content-type': 'application/x-ndjson',
        'latchkey-practice': practiceId,
        // The same entries have the same key, however often they come. The hash stands for all of them: after a
        // restore other events have these numbers.
        'idempotency-key': `${practiceId}/${first?.seq}-${last?.seq}/${last?.hash}`,
        ...(this.credentials.token && { authorization: `Bearer ${this.credentials.token}` }),
      },
    });
    request.end(entries.map(({ line }) => `${line}\n`).join(''));
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    // Read to its end, so that the connection can be used again.
    await once(answer.resume(), 'end');
    judge(answer);
  }
}

const bytesOf = (line: string): number => Buffer.byteLength(line) + 1;

/** As many entries as fit, and one at least. */
function pieceOf(entries: readonly StreamedEntry[], from: number, mostBytes: number): StreamedEntry[] {
  let end = from;
  for (let bytes = 0; end < entries.length; end += 1) {
    bytes += bytesOf(entries[end]?.line ?? '');
    if (bytes > mostBytes && end > from) break;
  }
  return entries.slice(from, end);
}

function judge({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 200 && statusCode < 300) return;
  const told = `it answered ${statusCode}`;
  if (statusCode === 413) throw new TooLarge(told);
  if (statusCode < 500 && ![408, 429].includes(statusCode)) throw new SinkRefusal(told);
  const seconds = Number(headers['retry-after']);
  throw new SinkBusy(told, Number.isFinite(seconds) ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : 0);
}
