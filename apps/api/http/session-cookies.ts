import type { CookieSerializeOptions } from '@fastify/cookie';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '#runtime';
import type { Reply, Request } from './caller.js';

const DEVICE_DAYS = 400;

/** The browser's half of a session: one cookie that signs in, one that marks the device as known. */
@Injectable()
export class SessionCookies {
  readonly #secure: boolean;

  constructor(@Inject(Config) config: Config) {
    this.#secure = config.publicUrl.startsWith('https://');
  }

  /** The token a request brings, and whether it came in a cookie; a header wins over a cookie. */
  tokenOf(request: Request): { token: string; fromCookie: boolean } | null {
    const { authorization } = request.headers;
    if (authorization !== undefined) {
      const token = /^Bearer ([\w-]{1,200})$/i.exec(authorization)?.[1];
      return token ? { token, fromCookie: false } : null;
    }
    const token = request.cookies[this.#name('session')];
    return token ? { token, fromCookie: true } : null;
  }

  deviceOf(request: Request): string | null {
    const header = request.headers['x-latchkey-device'];
    const token = typeof header === 'string' ? header : request.cookies[this.#name('device')];
    return token && token.length <= 300 ? token : null;
  }

  setSession(reply: Reply, token: string): void {
    void reply.setCookie(this.#name('session'), token, this.#options());
  }

  setDevice(reply: Reply, token: string): void {
    void reply.setCookie(this.#name('device'), token, { ...this.#options(), maxAge: DEVICE_DAYS * 86_400 });
  }

  clearSession(reply: Reply): void {
    void reply.clearCookie(this.#name('session'), this.#options());
  }

  /** The `__Host-` prefix binds a cookie to this very host (RFC 6265bis §4.1.3.2); it demands https. */
  #name(what: 'session' | 'device'): string {
    return this.#secure ? `__Host-latchkey-${what}` : `latchkey-${what}`;
  }

  #options(): CookieSerializeOptions {
    return { httpOnly: true, sameSite: 'strict', path: '/', secure: this.#secure };
  }
}
