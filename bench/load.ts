/** Load generator in its own process: sends given calls with a fixed number in flight over kept-alive connections. */
import { Agent, request } from 'node:http';
import { answerParent, nowMs } from './side-process.js';

export interface Call {
  /** POST unless said. */
  method?: 'GET';
  path: string;
  headers: Record<string, string>;
  body: string;
}
export interface Load {
  baseUrl: string;
  calls: Call[];
  concurrency: number;
  /** Rest of each client between an answer and its next call. */
  pauseMs: number;
  /** Goes round the calls until then, by `nowMs`; each once where it is not set. */
  untilMs?: number;
}
export interface Outcome {
  status: number;
  startMs: number;
  endMs: number;
}

function send(base: URL, agent: Agent, call: Call): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        agent,
        host: base.hostname,
        port: base.port,
        method: call.method ?? 'POST',
        path: call.path,
        headers: {
          ...call.headers,
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(call.body),
        },
      },
      (response) => {
        response
          .on('end', () => resolve(response.statusCode ?? 0))
          .on('error', reject)
          .resume();
      },
    );
    sent.on('error', reject).end(call.body);
  });
}

async function run(load: Load): Promise<Outcome[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency });
  const base = new URL(load.baseUrl);
  const outcomes: Outcome[] = [];
  let next = 0;
  async function client(): Promise<void> {
    const { calls, untilMs } = load;
    for (let index = next++; untilMs ? nowMs() < untilMs : index < calls.length; index = next++) {
      const startMs = nowMs();
      const status = await send(base, agent, calls[index % calls.length] as Call);
      outcomes[index] = { status, startMs, endMs: nowMs() };
      if (load.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, load.pauseMs));
    }
  }
  await Promise.all(Array.from({ length: load.concurrency }, client));
  agent.destroy();
  return outcomes;
}

answerParent(run);
