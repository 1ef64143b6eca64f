import { Agent, type IncomingMessage, request } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Call } from '../load.js';

/** What one request was answered, and how long its last byte took. */
export interface Answered {
  ms: number;
  status: number;
  headerNames: string[];
  retryAfterSeconds: number;
  text: string;
}

/** One client with one connection that is kept open, so that nothing but the product's work is measured. */
export class Wire {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly baseUrl: string) {}

  send({ path, headers, body }: Call, method = 'POST'): Promise<Answered> {
    const bytes = Buffer.from(body);
    const typed = body ? { 'content-type': 'application/json', 'content-length': bytes.length } : {};
    return new Promise((resolve, reject) => {
      const from = performance.now();
      const sent = request(
        `${this.baseUrl}${path}`,
        { agent: this.#agent, method, headers: { ...headers, ...typed } },
        (response) => void collect(response, from).then(resolve, reject),
      );
      sent.on('error', reject).end(bytes);
    });
  }

  /** The same for what is not measured. @throws Error for any other status than the one expected. */
  async ask<Answer>(
    call: Partial<Call> & { path: string },
    expected: number,
    method = 'POST',
  ): Promise<Answer> {
    const { status, text } = await this.send({ headers: {}, body: '', ...call }, method);
    if (status !== expected) throw new Error(`${method} ${call.path} answered ${status}: ${text}`);
    return (text ? JSON.parse(text) : undefined) as Answer;
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function collect(response: IncomingMessage, from: number): Promise<Answered> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    ms: performance.now() - from,
    status: response.statusCode ?? 0,
    retryAfterSeconds: Number(response.headers['retry-after'] ?? 0),
    headerNames: response.rawHeaders.filter((_, index) => index % 2 === 0),
    text: Buffer.concat(chunks).toString('utf8'),
  };
}
