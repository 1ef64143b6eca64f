import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterEach, expect } from 'vitest';
import { Mailer, type MailerOptions, type MailRefused } from '../../libs/mail/mailer.js';

interface Received {
  from: string;
  to: string[];
  raw: string;
}

/** A mail that any server would take. */
export const MAIL = {
  practiceId: '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0002',
  deliveryId: '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001',
  kind: 'temporary-credential',
  to: 'lee@practice.example',
  subject: 'Your temporary password',
  html: '<p>Hello</p>\n',
  text: 'Hello\n\nTemporary password:\nAAAAA-BBBBB\n',
} as const;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A real SMTP server; what it takes is in `received`. */
export async function smtpServer(options: SMTPServerOptions = {}) {
  const received: Received[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData: (stream, { envelope }, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : '';
        const to = envelope.rcptTo.map(({ address }) => address);
        received.push({ from, to, raw: Buffer.concat(chunks).toString() });
        done(null, 'queued as 4711');
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const drop = () => {
    for (const connection of server.connections) connection.close();
  };
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(resolve);
      drop();
    });
  closing.push(close);
  return { received, drop, close, url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}` };
}

/** A listener that speaks just what `talk` says. */
export async function listener(talk: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    talk(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Talks SMTP like any server, and from some answer on a byte at a time, never to the end of a line. */
export function drippingFrom(
  from: 'greeting' | 'MAIL' | 'final dot',
  socket: Socket,
  everyMilliseconds: number,
): void {
  let [heard, reading] = ['', false];
  const answer = (what: string, reply: string): void => {
    if (what !== from) return void socket.write(`${reply}\r\n`);
    const dripping = setInterval(() => socket.write('2'), everyMilliseconds);
    socket.once('close', () => clearInterval(dripping));
  };
  answer('greeting', '220 tarpit');
  socket.on('data', (chunk) => {
    heard += String(chunk);
    for (let end = heard.indexOf('\r\n'); end >= 0; end = heard.indexOf('\r\n')) {
      const line = heard.slice(0, end);
      heard = heard.slice(end + 2);
      if (reading && line !== '.') continue;
      const what = reading ? 'final dot' : (line.split(' ')[0] ?? '');
      reading = what === 'DATA';
      answer(what, reading ? '354 go on' : '250 well');
    }
  });
}

export function mailer(urls: string[], options: Partial<MailerOptions> = {}): Mailer {
  const mailer = new Mailer({ urls, from: 'Latchkey <no-reply@latchkey.example>', ...options });
  closing.push(() => mailer.close());
  return mailer;
}

/** What a handler of the server answers with. */
export const refusing = (code: number, text: string) =>
  Object.assign(new Error(text), { responseCode: code });
/** How a send was refused. */
export const refusal = (sent: Promise<unknown>): Promise<MailRefused> =>
  sent.then(
    () => expect.fail('the mail was taken'),
    (error: MailRefused) => error,
  );
