import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { newId } from '#runtime';
import type { MailboxMessage } from './mailbox.schemas.js';

const KEPT = 500;
const LARGEST_BYTES = 1024 * 1024;
// The parts as they came, nothing made up from one another.
const PARSE = { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true };

/** The built-in mailbox: an SMTP listener on loopback that keeps the last 500 messages in memory and nowhere else. */
export class Mailbox {
  readonly #messages: MailboxMessage[] = [];
  readonly #server: SMTPServer;

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      // Loopback needs no TLS, and the certificate that smtp-server brings is public.
      disabledCommands: ['AUTH', 'STARTTLS'],
      size: LARGEST_BYTES,
      disableReverseLookup: true,
      logger: false,
      onData: (stream, session, done) => {
        const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
        simpleParser(stream, PARSE, (error, mail) => {
          if (error) done(error);
          else done(null, `OK: kept as ${this.#keep(to, mail)}`);
        });
      },
    });
    // A client that hangs up must not end the process: without a listener 'error' is thrown.
    this.#server.on('error', () => undefined);
  }

  /** Opens the mailbox on 127.0.0.1; port 0 picks a free one. Rejects when the port is taken. */
  static async open(port = 0): Promise<Mailbox> {
    const mailbox = new Mailbox();
    await new Promise<void>((resolve, reject) => {
      mailbox.#server.once('error', reject);
      mailbox.#server.listen(port, '127.0.0.1', () => {
        mailbox.#server.off('error', reject);
        resolve();
      });
    });
    return mailbox;
  }

  /** What the mailer connects to: `smtp://127.0.0.1:PORT`. */
  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** The messages kept, newest first; `to` is compared without regard to case. */
  messages({ to, limit }: { to?: string | undefined; limit: number }): MailboxMessage[] {
    const wanted = to?.toLowerCase();
    const found = wanted
      ? this.#messages.filter((message) => message.to.toLowerCase().split(', ').includes(wanted))
      : this.#messages;
    return found.slice(-limit).toReversed();
  }

  clear(): void {
    this.#messages.length = 0;
  }

  /** Stops listening; open connections are ended. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(resolve);
      for (const connection of this.#server.connections) connection.close();
    });
  }

  #keep(to: string, mail: ParsedMail): string {
    const id = newId();
    this.#messages.push({
      id,
      at: new Date().toISOString(),
      to,
      subject: mail.subject ?? '',
      headers: headersOf(mail),
      text: mail.text ?? '',
      html: mail.html || null,
    });
    if (this.#messages.length > KEPT) this.#messages.shift();
    return id;
  }
}

/** Header values as they came, unfolded, by lower-case name; a header that stands twice is joined by a comma. */
function headersOf(mail: ParsedMail): Record<string, string> {
  const headers = new Map<string, string>();
  for (const { key, line } of mail.headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n(?=[ \t])/g, '')
      .trim();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
