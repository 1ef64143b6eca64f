// Runs inside a worker thread, so that three hundred strangers do not slow the clock of whoever measures.
import { Agent, request } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';

/** Each stranger sends one body again and again, as soon as it is answered. */
export interface Crowd {
  url: string;
  bodies: string[];
  milliseconds: number;
}

const { url, bodies, milliseconds } = workerData as Crowd;
const agent = new Agent({ keepAlive: true, maxSockets: bodies.length });
const answers: Record<number, number> = {};
const until = performance.now() + milliseconds;

function post(body: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request(url, { agent, method: 'POST', headers }, (answer) => {
      answer.on('end', () => resolve(answer.statusCode ?? 0)).resume();
    })
      .on('error', reject)
      .end(body);
  });
}

async function guess(body: string): Promise<void> {
  while (performance.now() < until) {
    const status = await post(body);
    answers[status] = (answers[status] ?? 0) + 1;
  }
}

await Promise.all(bodies.map(guess));
agent.destroy();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage(answers);
