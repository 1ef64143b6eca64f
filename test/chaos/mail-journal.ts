import type { AddressInfo } from 'node:net';
import { simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';

/** A mail that the server has taken, whether or not whoever sent it learned so. */
export interface JournalledMail {
  at: number;
  to: string;
  template: string;
  deliveryId: string;
  messageId: string;
  /** The temporary password, where the mail holds one. */
  credential: string | null;
  subject: string;
  /** False when the connection was cut instead of the 250. */
  confirmed: boolean;
}

/**
 * What the server does to mails: takes them; puts them off; refuses them; takes them and never says so; does not
 * answer after the final dot; answers slowly.
 */
export type Mood = 'well' | 'defers' | 'refuses' | 'cuts' | 'hangs' | 'crawls';

const CRAWL_MILLISECONDS = 1_500;

/** A mail server outside of the product that keeps a journal and falls into moods. */
export class MailJournal {
  readonly mails: JournalledMail[] = [];
  /** How often somebody came, whether or not with a mail. */
  connections = 0;
  mood: Mood = 'well';
  /** Towards some people it is in another mood, by their address. */
  readonly moods = new Map<string, Mood>();
  readonly #server: SMTPServer;
  readonly #hanging = new Set<() => void>();

  private constructor(offers: { starttls: boolean }) {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: offers.starttls ? ['AUTH'] : ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onConnect: (_session, done) => {
        this.connections += 1;
        done();
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => void this.#take(Buffer.concat(chunks), session, done));
      },
    });
    // A sender that is killed in the middle of a mail is no fault of the server.
    this.#server.on('error', () => undefined);
  }

  /** With `starttls` it shows a certificate that nobody has signed. */
  static async open(offers = { starttls: false }): Promise<MailJournal> {
    const journal = new MailJournal(offers);
    await new Promise<void>((resolve) => journal.#server.listen(0, '127.0.0.1', resolve));
    return journal;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Well again: also those whom it left hanging are let go. */
  recover(): void {
    this.mood = 'well';
    this.moods.clear();
    for (const release of this.#hanging) release();
    this.#hanging.clear();
  }

  /** Mails of a kind that were taken for an address, oldest first. */
  to(address: string, template = 'temporary-credential'): JournalledMail[] {
    return this.mails.filter((mail) => mail.to === address && mail.template === template);
  }

  async close(): Promise<void> {
    this.recover();
    await new Promise<void>((resolve) => {
      this.#server.close(resolve);
      for (const connection of this.#server.connections) connection.close();
    });
  }

  async #take(
    raw: Buffer,
    session: SMTPServerSession,
    done: (error?: Error | null, reply?: string) => void,
  ): Promise<void> {
    const to = session.envelope.rcptTo.map(({ address }) => address).join(', ');
    const mood = this.moods.get(to) ?? this.mood;
    if (mood === 'defers') return done(refusal(451, 'try again later'));
    if (mood === 'refuses') return done(refusal(550, 'no such user'));
    // Whoever hangs may have the mail: it counts as taken.
    const mail = { ...(await parse(to, raw)), confirmed: mood === 'well' || mood === 'crawls' };
    if (mood === 'crawls') await new Promise((resolve) => setTimeout(resolve, CRAWL_MILLISECONDS));
    this.mails.push(mail);
    if (mood === 'cuts') return this.#cut(session);
    if (mood === 'hangs') return void this.#hanging.add(() => this.#cut(session));
    return done(null, 'queued as 4711');
  }

  #cut({ id }: SMTPServerSession): void {
    for (const connection of this.#server.connections) {
      if ((connection as unknown as { id: string }).id === id) connection.close();
    }
  }
}

const refusal = (responseCode: number, text: string): Error =>
  Object.assign(new Error(text), { responseCode });

async function parse(to: string, raw: Buffer): Promise<Omit<JournalledMail, 'confirmed'>> {
  const mail = await simpleParser(raw, { skipTextToHtml: true, skipHtmlToText: true, skipImageLinks: true });
  const header = (name: string) => {
    const value = mail.headers.get(name);
    return typeof value === 'string' ? value : '';
  };
  return {
    at: Date.now(),
    to,
    template: header('x-latchkey-template'),
    deliveryId: header('x-latchkey-delivery'),
    messageId: mail.messageId ?? '',
    credential: /^Temporary password:\r?\n([0-9A-Z-]{26,40})\s*$/m.exec(mail.text ?? '')?.[1] ?? null,
    subject: mail.subject ?? '',
  };
}
