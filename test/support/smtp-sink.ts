import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { vi } from 'vitest';
import type { Mail } from './mail.js';

/** A mail that the sink was given, whether it took it or not. */
export interface SunkMail extends Mail {
  messageId: string;
  template: string;
  deliveryId: string;
  raw: string;
}

/** A mail server outside of the product's processes, whose answers a test decides. */
export interface SmtpSink {
  url: string;
  /** Mails replied to with 250, oldest first. */
  taken: SunkMail[];
  /** Decides about each mail before the reply: `451 …` or `550 …` refuses it, nothing takes it. */
  answer: (mail: SunkMail) => string | undefined | Promise<string | undefined>;
  /** Called with the mail in the tick in which 250 was written to the socket. */
  onTaken: (mail: SunkMail) => void;
  /** The nth mail of a kind taken for an address, waiting for it. */
  nth(to: string, template: string, nth?: number, seconds?: number): Promise<SunkMail>;
  stop(): Promise<void>;
}

/** Listens on a free port of loopback, or on the one given. */
export async function openSmtpSink(port = 0): Promise<SmtpSink> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData: (stream, { envelope }, done) => {
      const to = envelope.rcptTo.map(({ address }) => address).join(', ');
      // A sender that is killed in the middle of a mail is no fault of the test.
      void collect(stream).then((raw) => decide(to, raw, done), done);
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const sink: SmtpSink = {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken: [],
    answer: () => undefined,
    onTaken: () => undefined,
    nth: (to, template, nth = 1, seconds = 10) =>
      vi.waitFor(
        () => {
          const found = sink.taken.filter((mail) => mail.to === to && mail.template === template)[nth - 1];
          if (found) return found;
          throw new Error(`No ${template} number ${nth} for ${to} among ${sink.taken.length} mails`);
        },
        { timeout: seconds * 1000, interval: 20 },
      ),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const connection of server.connections) connection.close();
      }),
  };
  return sink;

  async function decide(to: string, raw: string, done: (error?: Error | null, reply?: string) => void) {
    const mail = await parse(to, raw);
    const reply = await sink.answer(mail);
    if (reply) {
      done(Object.assign(new Error(reply.slice(4)), { responseCode: Number(reply.slice(0, 3)) }));
      return;
    }
    sink.taken.push(mail);
    done(null, 'queued as 4711');
    sink.onTaken(mail);
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function parse(to: string, raw: string): Promise<SunkMail> {
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true });
  const header = (name: string) => {
    const value = mail.headers.get(name);
    return typeof value === 'string' ? value : '';
  };
  return {
    id: header('x-latchkey-delivery'),
    at: new Date().toISOString(),
    to,
    subject: mail.subject ?? '',
    headers: {},
    text: mail.text ?? '',
    html: mail.html || null,
    messageId: mail.messageId ?? '',
    template: header('x-latchkey-template'),
    deliveryId: header('x-latchkey-delivery'),
    raw,
  };
}
