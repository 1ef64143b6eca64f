import { once } from 'node:events';
import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { type Batch, type Sink, SinkBusy, SinkRefusal } from './sink.js';

const ANSWER_WITHIN_MS = 10_000;
/** Requests under way at once, each of another practice: a distant receiver must not make the others wait. */
const LANES = 8;
const LONGEST_PAUSE_SECONDS = 300;

/** What a receiver is told with each request. */
interface Credentials {
  token?: string | undefined;
  /** Certificates to trust instead of the machine's, in PEM. */
  authorities?: string | undefined;
}

/** A POST of NDJSON for each batch; a 2xx is the receipt. Redirects are not followed: they would carry the token along. */
export class HttpSink implements Sink {
  readonly #agent: PlainAgent | TlsAgent;

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
        await this.#post(batch, signal).then(
          () => taken(batch),
          (error: unknown) => {
            failure ??= error;
          },
        );
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    if (failure) throw failure;
  }

  async #post({ practiceId, entries }: Batch, signal: AbortSignal): Promise<void> {
    const request = (this.url.protocol === 'https:' ? tlsRequest : plainRequest)(this.url, {
      method: 'POST',
      agent: this.#agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      headers: {
        'content-type': 'application/x-ndjson',
        'latchkey-practice': practiceId,
        // The same entries have the same key, however often they come.
        'idempotency-key': `${practiceId}/${entries[0]?.seq}-${entries.at(-1)?.seq}`,
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

function judge({ statusCode = 0, headers }: IncomingMessage): void {
  if (statusCode >= 200 && statusCode < 300) return;
  const told = `it answered ${statusCode}`;
  if (statusCode < 500 && ![408, 429].includes(statusCode)) throw new SinkRefusal(told);
  const seconds = Number(headers['retry-after']);
  throw new SinkBusy(told, Number.isFinite(seconds) ? Math.min(seconds, LONGEST_PAUSE_SECONDS) : 0);
}
