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
