import { Inject, Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-custom';
import { Problem } from '#runtime';
import { type Principal, Sessions } from '#users';
import type { Request } from './caller.js';
import { SessionCookies } from './session-cookies.js';

export const SESSION_STRATEGY = 'latchkey-session';

/** Signed in by a session token, from the cookie or the `Authorization` header. */
@Injectable()
export class SessionStrategy extends PassportStrategy(Strategy, SESSION_STRATEGY) {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {
    super();
  }

  /** @throws Problem `unauthenticated` */
  async validate(request: Request): Promise<Principal> {
    const found = this.cookies.tokenOf(request);
    const { streamsEvents = false } = request.routeOptions.config as { streamsEvents?: boolean };
    const background = streamsEvents || request.headers['x-latchkey-background'] === '1';
    const principal = found && (await this.sessions.authenticate(found.token, background));
    if (!principal) throw Problem.of('unauthenticated');
    return principal;
  }
}
