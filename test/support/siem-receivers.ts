import { createServer as createHttp, type IncomingHttpHeaders } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer as createTls } from 'node:tls';

/** One audit event as it arrived. */
export interface Received {
  practiceId: string;
  seq: number;
  /** Of an export, without its newline. */
  line: string;
}

export interface Receiver {
  url: string;
  /** In the order of their arrival. */
  events: Received[];
  stop(): Promise<void>;
}

export interface SyslogReceiver extends Receiver {
  /** Whole messages, without their count. */
  messages: string[];
  connections: number;
  /** What becomes of a new connection instead of being read to its end. */
  meet: ((socket: Socket) => void) | undefined;
}

/** `<n> ` and n octets, again and again: whatever is whole is taken off the front. */
function takeFrames(bytes: Buffer): { messages: string[]; rest: Buffer } {
  const messages: string[] = [];
  let rest = bytes;
  for (;;) {
    const count = /^(\d+) /.exec(rest.subarray(0, 12).toString('latin1'));
    const end = count ? count[0].length + Number(count[1]) : Number.POSITIVE_INFINITY;
    if (!count || rest.length < end) return { messages, rest };
    messages.push(rest.subarray(count[0].length, end).toString('utf8'));
    rest = rest.subarray(end);
  }
}

function received(message: string): Received {
  const [, practiceId = '', seq] = /\[latchkey@32473 practice="([^"]*)" seq="(\d+)"/.exec(message) ?? [];
  return { practiceId, seq: Number(seq), line: message.slice(message.indexOf('\uFEFF') + 1) };
}

/** Breaks a connection as a machine does that has gone: no end, which a sender may take for an answer, but a reset. */
export function breakOff(socket: Socket): void {
  // Node resets TCP only; a TLS socket keeps the one that it runs over as its parent.
  const { _parent: carrier = socket } = socket as Socket & { _parent?: Socket };
  carrier.resetAndDestroy();
}

/** A syslog receiver on a free port of loopback, or the one given: over TLS with a certificate, else over TCP. */
export async function openSyslogReceiver(
  certificate?: { key: string; cert: string },
  port = 0,
): Promise<SyslogReceiver> {
  const sockets = new Set<Socket>();
  const converse = (socket: Socket) => {
    sockets.add(socket);
    receiver.connections += 1;
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (receiver.meet) return receiver.meet(socket);
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      const taken = takeFrames(Buffer.concat([rest, chunk]));
      rest = Buffer.from(taken.rest);
      receiver.messages.push(...taken.messages);
      receiver.events.push(...taken.messages.map(received));
    });
  };
  const server = certificate ? createTls(certificate, converse) : createTcp(converse);
  server.on('tlsClientError', () => undefined);
  const receiver: SyslogReceiver = {
    url: '',
    events: [],
    messages: [],
    connections: 0,
    meet: undefined,
    stop: () => closed(server, sockets),
  };
  const { port: bound } = await listening(server, port);
  receiver.url = `${certificate ? 'syslog+tls' : 'syslog'}://localhost:${bound}`;
  return receiver;
}

interface HttpAnswer {
  status: number;
  headers?: Record<string, string>;
}

export interface HttpReceiver extends Receiver {
  requests: { headers: IncomingHttpHeaders; body: string; status: number }[];
  /** Decides about each request; only what it answers with 2xx counts as arrived. */
  answer: (attempt: number, body: string) => HttpAnswer | Promise<HttpAnswer>;
}

/** A receiver of NDJSON on a free port of loopback, or the one given. */
export async function openHttpReceiver(port = 0): Promise<HttpReceiver> {
  const server = createHttp((request, reply) => {
    void text(request).then(
      async (body) => {
        const { status, headers } = await receiver.answer(receiver.requests.length + 1, body);
        receiver.requests.push({ headers: request.headers, body, status });
        const practiceId = String(request.headers['latchkey-practice']);
        const lines = status < 300 ? body.trimEnd().split('\n') : [];
        receiver.events.push(...lines.map((line) => ({ practiceId, seq: JSON.parse(line).seq, line })));
        reply.writeHead(status, headers).end();
      },
      () => undefined,
    );
  });
  const receiver: HttpReceiver = {
    url: '',
    events: [],
    requests: [],
    answer: () => ({ status: 204 }),
    stop: () => {
      server.closeAllConnections();
      return closed(server, new Set());
    },
  };
  receiver.url = `http://127.0.0.1:${(await listening(server, port)).port}/collect?source=latchkey`;
  return receiver;
}

const listening = (server: Server, port: number) =>
  new Promise<AddressInfo>((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(server.address() as AddressInfo));
  });

async function closed(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}
