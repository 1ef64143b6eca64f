import { createTransport, type Transporter } from 'nodemailer';
import { isMailAddress } from './email-address.js';
import { mailServer } from './mail-server.js';
import { composeMessage, type OutgoingMail, type Sender } from './mime-message.js';

/** How the mailer is set up; everything but the servers and the sender has a default. */
export interface MailerOptions {
  /** `smtp://` or `smtps://`, tried in this order. */
  urls: readonly string[];
  /** `Name <address>` or an address: `MAIL_FROM`. */
  from: string;
  connections?: number;
  connectSeconds?: number;
  greetingSeconds?: number;
  silenceSeconds?: number;
  /** How long one send may take in all, over every server tried. */
  deadlineSeconds?: number;
}

/** Mail servers did not take a mail; `permanent` means that the same mail will never be taken. */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';

  /** @param reply the server's words or ours: one line, at most 500 characters */
  constructor(
    readonly permanent: boolean,
    readonly reply: string,
  ) {
    super(`Mail refused${permanent ? ' for good' : ''}: ${reply}`);
  }
}

interface Server {
  transport: Transporter;
  /** Until when (ms since the epoch) it goes last, after it could not be reached. */
  restsUntil: number;
}

/** What nodemailer tells about a failure (its `NodemailerError`). */
interface SendError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  timeoutType?: string;
  syscall?: string;
}

const REST_SECONDS = 30;
const HEALTH_SECONDS = 5;
// RFC 4954 §6: authentication is missing, refused or too weak. That is our set-up, not this message.
const AUTHENTICATION = new Set([530, 534, 535, 538]);

/** Sends mail over pooled SMTP connections, one recipient at a time. */
export class Mailer {
  readonly #servers: Server[];
  readonly #from: Sender;
  readonly #deadlineSeconds: number;

  /** @throws Error when a URL or the sender breaks its rule */
  constructor(options: MailerOptions) {
    const { connections = 8, connectSeconds = 10, greetingSeconds = 10, silenceSeconds = 20 } = options;
    const limits = { connections, connectSeconds, greetingSeconds, silenceSeconds };
    if (options.urls.length === 0) throw new Error('SMTP_URL must name a server');
    this.#from = parseSender(options.from);
    this.#deadlineSeconds = options.deadlineSeconds ?? 30;
    this.#servers = options.urls.map((url) => ({
      transport: createTransport(mailServer(url, limits)),
      restsUntil: 0,
    }));
  }

  /**
   * Hands one mail to the first server that takes it and returns that server's words.
   * @throws MailRefused
   */
  async send(mail: OutgoingMail): Promise<{ reply: string }> {
    // Checked again although the API did: CVE-2026-90776, an address that is parsed into others.
    if (!isMailAddress(mail.to)) throw new MailRefused(true, 'The stored address is not a mail address');
    const raw = composeMessage(mail, this.#from);
    const envelope = { from: this.#from.address, to: [mail.to] };
    const signal = AbortSignal.timeout(this.#deadlineSeconds * 1000);
    let refusal: MailRefused | undefined;
    for (const server of this.#inOrder()) {
      try {
        const info = await server.transport.sendMail({
          envelope,
          raw,
          signal,
          disableFileAccess: true,
          disableUrlAccess: true,
        });
        return { reply: words(info.response ?? '') };
      } catch (error) {
        const failure = error as SendError;
        refusal = signal.aborted
          ? new MailRefused(false, `No answer within ${this.#deadlineSeconds} s`)
          : refusalOf(failure);
        // Whoever gives no answer at all would cost every following mail the same wait.
        if (failure.responseCode === undefined) server.restsUntil = Date.now() + REST_SECONDS * 1000;
        if (refusal.permanent || signal.aborted || mayHaveArrived(failure)) break;
      }
    }
    throw refusal ?? new MailRefused(false, 'No mail server is configured');
  }

  /** Whether at least one server lets us in; takes 5 s at most. */
  async verify(): Promise<boolean> {
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, HEALTH_SECONDS * 1000, false);
    const anyServer = Promise.any(this.#servers.map(({ transport }) => transport.verify())).then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([anyServer, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Closes idle connections at once and busy ones after their mail. */
  close(): void {
    for (const { transport } of this.#servers) transport.close();
  }

  /** The servers in the order of the configuration, but those that could not be reached of late at the end. */
  #inOrder(): Server[] {
    const now = Date.now();
    return [
      ...this.#servers.filter(({ restsUntil }) => restsUntil <= now),
      ...this.#servers.filter(({ restsUntil }) => restsUntil > now),
    ];
  }
}

function refusalOf(error: SendError): MailRefused {
  // Only what a server says about this recipient or this content is final; a refused MAIL FROM is our set-up.
  const permanent =
    error.permanent === true &&
    (error.command === 'RCPT TO' || error.command === 'DATA') &&
    !AUTHENTICATION.has(error.responseCode ?? 0);
  return new MailRefused(permanent, words(error.response ?? error.message));
}

/** The talk broke off after it began: the mail may be there, and another server would only make a second one of it. */
function mayHaveArrived(error: SendError): boolean {
  const answered = error.responseCode !== undefined;
  const neverTalked =
    error.syscall === 'connect' ||
    ['EDNS', 'ETLS', 'EAUTH'].includes(error.code ?? '') ||
    ['CONNECT_TIMEOUT', 'GREETING_TIMEOUT', 'UPGRADE_TIMEOUT'].includes(error.timeoutType ?? '');
  return !answered && !neverTalked;
}

function words(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim()
    .slice(0, 500);
}

function parseSender(from: string): Sender {
  const [, name = '', bracketed] = /^([^<>\p{Cc}]*)<([^<>]+)>$/u.exec(from.trim()) ?? [];
  const address = bracketed ?? from.trim();
  if (!isMailAddress(address)) throw new Error('MAIL_FROM must be `Name <address>`');
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
}
