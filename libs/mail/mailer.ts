import { isMailAddress } from './email-address.js';
import { composeMessage, type OutgoingMail, type Sender } from './mime-message.js';
import { AUTHENTICATION, type SendError, SmtpRoute } from './smtp-route.js';

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
  /** Seconds of the clock that pauses are counted by; the process's own when absent. */
  now?: () => number;
  /** Where a server returns mail that it cannot deliver after all; the sender's address when absent. */
  returnAddress?: (mail: OutgoingMail) => string;
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

/** Every route is closed: nothing was tried, and this mail has used up no attempt. */
export class MailStopped extends Error {
  override readonly name = 'MailStopped';

  constructor(readonly retryInSeconds: number) {
    super('No mail server can be reached');
  }
}

/** Sends mail over pooled SMTP connections, one recipient at a time, by the first route that takes it. */
export class Mailer {
  readonly #routes: SmtpRoute[];
  readonly #from: Sender;
  readonly #returnAddress: (mail: OutgoingMail) => string;
  readonly #deadlineSeconds: number;

  /** @throws Error when a URL or the sender breaks its rule */
  constructor(options: MailerOptions) {
    const { connections = 8, connectSeconds = 10, greetingSeconds = 10, silenceSeconds = 20 } = options;
    const limits = { connections, connectSeconds, greetingSeconds, silenceSeconds };
    if (options.urls.length === 0) throw new Error('SMTP_URL must name a server');
    this.#from = parseSender(options.from);
    this.#returnAddress = options.returnAddress ?? (() => this.#from.address);
    this.#deadlineSeconds = options.deadlineSeconds ?? 30;
    const { now = () => performance.now() / 1000 } = options;
    this.#routes = options.urls.map((url) => new SmtpRoute(url, limits, now));
  }

  /** Each route in the order of the configuration: whether its server can be reached, as far as this process knows. */
  get routes(): ('ok' | 'unavailable')[] {
    return this.#routes.map(({ breaker }) => (breaker.isOpen ? 'unavailable' : 'ok'));
  }

  /** Seconds until some route is tried again; null while one is open to mail. */
  get stoppedForSeconds(): number | null {
    if (this.#routes.some(({ breaker }) => !breaker.isOpen)) return null;
    return Math.min(...this.#routes.map(({ breaker }) => breaker.restSeconds));
  }

  /**
   * Hands one mail to the first server that takes it and returns that server's words.
   * @throws MailRefused, MailStopped
   */
  async send(mail: OutgoingMail): Promise<{ reply: string }> {
    // Checked again although the API did: CVE-2026-90776, an address that is parsed into others.
    if (!isMailAddress(mail.to)) throw new MailRefused(true, 'The stored address is not a mail address');
    const stopped = this.stoppedForSeconds;
    if (stopped !== null) throw new MailStopped(stopped);
    const envelope = { from: this.#returnAddress(mail), to: [mail.to] };
    const parcel = { envelope, raw: composeMessage(mail, this.#from) };
    const signal = AbortSignal.timeout(this.#deadlineSeconds * 1000);
    let refusal: MailRefused | undefined;
    const routes = this.#inOrder();
    let refusedByAll = routes.length === this.#routes.length;
    for (const route of routes) {
      try {
        return { reply: words(await route.send(parcel, signal)) };
      } catch (error) {
        const failure = error as SendError;
        refusal = signal.aborted
          ? new MailRefused(false, `No answer within ${this.#deadlineSeconds} s`)
          : refusalOf(failure);
        if (refusal.permanent && !isPolicy(failure)) throw refusal;
        refusedByAll &&= refusal.permanent;
        if (signal.aborted || mayHaveArrived(failure)) break;
      }
    }
    if (refusal?.permanent && !refusedByAll) throw new MailRefused(false, refusal.reply);
    throw refusal ?? new MailStopped(0);
  }

  /** Knocks at closed routes where it is time to; takes 5 s at most. */
  async probe(): Promise<void> {
    await Promise.all(this.#routes.map((route) => route.probe()));
  }

  /** Whether any server that is not left alone lets us in now; takes 5 s at most. */
  async isLetIn(): Promise<boolean> {
    const closed = this.#routes.filter(({ breaker }) => !breaker.isOpen);
    return (await Promise.all(closed.map((route) => route.letsUsIn()))).includes(true);
  }

  /** Closes idle connections at once and busy ones after their mail. */
  close(): void {
    for (const route of this.#routes) route.close();
  }

  /** In the order of the configuration, but those that have failed of late at the end: a silent one costs seconds. */
  #inOrder(): SmtpRoute[] {
    const closed = this.#routes.filter(({ breaker }) => !breaker.isOpen);
    return [
      ...closed.filter(({ breaker }) => !breaker.isSuspect),
      ...closed.filter(({ breaker }) => breaker.isSuspect),
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

/** X.7.x (RFC 3463 §3.8), such as `554 5.7.1 Relay access denied`: this server will not do it for us, another may. */
const isPolicy = ({ response = '' }: SendError): boolean => /^5\d\d[ -]5\.7\.\d/.test(response);

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
