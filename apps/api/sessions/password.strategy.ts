import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { type CurrentSessionView, SignIn as SignInRequest } from '#contract';
import { Problem } from '#runtime';
import { type SignedIn, SignIn } from '#users';
import { actorOf, type Request } from '../http/caller.js';
import { SessionCookies } from '../http/session-cookies.js';
import { validationProblem } from '../http/validation.js';
import { SessionViews } from './session-views.js';

const PASSWORD_STRATEGY = 'latchkey-password';

/** A session that has just begun, and what its owner is shown of it. */
export type Arrival = SignedIn<CurrentSessionView>;

/** Signed in by Practice ID, username and password. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, PASSWORD_STRATEGY) {
  constructor(
    @Inject(SignIn) private readonly signIn: SignIn,
    @Inject(SessionViews) private readonly views: SessionViews,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {
    super({ passReqToCallback: true, session: false });
  }

  /** @throws Problem `invalid_credentials` */
  async validate(request: Request, username: string, password: string): Promise<Arrival> {
    const { practiceId, transport } = request.body as SignInRequest;
    const { 'user-agent': userAgent = null } = request.headers;
    const deviceToken = this.cookies.deviceOf(request);
    const attempt = { practiceCode: practiceId, username, password, transport, userAgent, deviceToken };
    return this.signIn.signIn(actorOf(request), attempt, (principal) => this.views.current(principal));
  }
}

/** passport reads the body before Nest's pipes do, so the schema is applied here first. */
@Injectable()
export class PasswordGuard extends AuthGuard(PASSWORD_STRATEGY) {
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const parsed = SignInRequest.safeParse(request.body);
    if (!parsed.success) throw validationProblem(parsed.error.issues);
    request.body = parsed.data;
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error as Error;
    if (!user) throw Problem.of('invalid_credentials');
    return user;
  }
}
