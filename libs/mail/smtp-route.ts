import { createTransport, type Transporter } from 'nodemailer';
import { CircuitBreaker } from './circuit-breaker.js';
import { type MailServerLimits, mailServer } from './mail-server.js';

/** What goes to a server: already written, and to whom. */
export interface Parcel {
  envelope: { from: string; to: string[] };
  raw: string;
}

/** What nodemailer tells about a failure (its `NodemailerError`). */
export interface SendError extends Error {
  code?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
  timeoutType?: string;
  syscall?: string;
}

const PROBE_SECONDS = 5;
/** RFC 5321 §3.8: the server is closing the connection, whatever was asked. */
const CLOSING = 421;
/** RFC 4954 §6: authentication is missing, refused or too weak. That is our set-up, not this message. */
export const AUTHENTICATION: ReadonlySet<number> = new Set([530, 534, 535, 538]);

/**
 * One mail server: its pooled connections, and a breaker that opens when it cannot be reached, does not let
 * us in, or sends everybody away. What it says of one recipient or one mail is no fault of the route.
 */
export class SmtpRoute {
  readonly breaker: CircuitBreaker;
  readonly #transport: Transporter;

  /** @throws Error when the URL breaks its rule */
  constructor(url: string, limits: MailServerLimits, now: () => number) {
    this.#transport = createTransport(mailServer(url, limits));
    this.breaker = new CircuitBreaker(now);
  }

  /** @throws SendError */
  async send(parcel: Parcel, signal: AbortSignal): Promise<string> {
    try {
      const info = await this.#transport.sendMail({
        ...parcel,
        signal,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      this.breaker.succeeded();
      return info.response ?? '';
    } catch (error) {
      if (isFaultOfRoute(error as SendError)) this.breaker.failed();
      else this.breaker.succeeded();
      throw error;
    }
  }

  /** Whether the server lets us in; takes 5 s at most. Sends nothing. */
  async letsUsIn(): Promise<boolean> {
    const { promise: tooLate, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(resolve, PROBE_SECONDS * 1000, false);
    const verified = this.#transport.verify().then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([verified, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Half-open: knocks where the breaker allows it, so that no mail has to find out. */
  async probe(): Promise<void> {
    if (this.breaker.takeProbe()) this.breaker.probed(await this.letsUsIn());
  }

  close(): void {
    this.#transport.close();
  }
}

function isFaultOfRoute({ code, command = '', responseCode }: SendError): boolean {
  if (responseCode === undefined) return code !== 'EENVELOPE';
  if (responseCode === CLOSING || AUTHENTICATION.has(responseCode)) return true;
  return !['MAIL FROM', 'RCPT TO', 'DATA'].includes(command);
}
