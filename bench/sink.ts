/** SMTP sink in its own process: accepts every message at once and notes who it was for and when it was complete. */
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { answerParent, nowMs } from './side-process.js';
import { SmtpConversation } from './smtp-conversation.js';

export interface Arrival {
  address: string;
  atMs: number;
}
export type SinkQuestion =
  | { ask: 'listen'; delayMs?: number }
  | { ask: 'arrivals'; expected: number; patienceMs: number };

let arrivals: Arrival[] = [];
let lastArrivalMs = nowMs();

function converse(socket: Socket, delayMs: number): void {
  socket.setNoDelay(true);
  const conversation = new SmtpConversation(
    (recipients) => {
      lastArrivalMs = nowMs();
      for (const address of recipients) arrivals.push({ address, atMs: lastArrivalMs });
    },
    (reply, afterMessage) => {
      if (afterMessage && delayMs > 0) setTimeout(() => socket.write(reply), delayMs);
      else socket.write(reply);
    },
  );
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    if (conversation.take(chunk) === 'quit') socket.end();
  });
  socket.on('error', () => socket.destroy());
  socket.write('220 sink ESMTP\r\n');
}

async function listen(delayMs: number): Promise<number> {
  const server = createServer((socket) => converse(socket, delayMs));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Hands over what arrived, as soon as it is `expected` messages or none has come for `patienceMs`. */
async function takeArrivals(expected: number, patienceMs: number): Promise<Arrival[]> {
  const askedMs = nowMs();
  while (arrivals.length < expected && nowMs() - Math.max(askedMs, lastArrivalMs) < patienceMs) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const taken = arrivals;
  arrivals = [];
  return taken;
}

answerParent((question: SinkQuestion) =>
  question.ask === 'listen'
    ? listen(question.delayMs ?? 0)
    : takeArrivals(question.expected, question.patienceMs),
);
