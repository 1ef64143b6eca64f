import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { Config, Problem } from '#runtime';
import type { Principal } from '#users';
import type { Request } from './caller.js';
import { ROUTE_ACCESS, ROUTE_RECENT, type RouteAccess } from './route.decorators.js';
import { SESSION_STRATEGY } from './session.strategy.js';
import { SessionCookies } from './session-cookies.js';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Guards every route by the mark it carries: public, signed in, or a permission. Denies by default. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(SESSION_STRATEGY) implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
    @Inject(Config) private readonly config: Config,
  ) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<RouteAccess | undefined>(ROUTE_ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    const request = context.switchToHttp().getRequest<Request>();
    this.#mustBeOwnOrigin(request);
    if (access?.kind === 'public') return true;
    await super.canActivate(context);
    const principal = request.user;
    if (!access || !principal) throw Problem.of('unauthenticated');
    mustBePermitted(access, principal);
    const recent = this.reflector.get<boolean | undefined>(ROUTE_RECENT, context.getHandler());
    if (recent && !principal.recent) throw Problem.of('reauthentication_required');
    return true;
  }

  /** passport hands over what its strategy found; our strategy throws problems of its own. */
  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (!user) throw Problem.of('unauthenticated');
    return user;
  }

  /** Another site's page must not use this browser's cookie (ASVS 3.5.1, 3.5.3). */
  #mustBeOwnOrigin(request: Request): void {
    if (SAFE_METHODS.has(request.method)) return;
    const { origin } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const own = new URL(this.config.publicUrl).origin;
    if (origin !== undefined && origin !== own) throw Problem.of('cross_origin');
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw Problem.of('cross_origin');
    const named = origin === own || site === 'same-origin';
    if (this.cookies.tokenOf(request)?.fromCookie && !named) throw Problem.of('cross_origin');
  }
}

function mustBePermitted(access: RouteAccess, principal: Principal): void {
  const restricted = principal.restrictedTo !== null;
  if (restricted && !(access.kind === 'signed-in' && access.restrictedToo)) {
    throw Problem.of('password_change_required');
  }
  if (access.kind === 'permission' && !principal.rights.may(access.permission)) {
    throw Problem.of('forbidden').because(`lacks ${access.permission}`);
  }
}
