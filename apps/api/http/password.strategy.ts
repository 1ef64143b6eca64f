import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport-local';
import { SignIn as SignInRequest } from '#contract';
import { Problem } from '#runtime';
import { type SignedIn, SignIn } from '#users';
import { actorOf, type Request } from './caller.js';
import { SessionCookies } from './session-cookies.js';
import { validationProblem } from './validation.js';

const PASSWORD_STRATEGY = 'latchkey-password';

/** Signed in by Practice ID, username and password. */
@Injectable()
export class PasswordStrategy extends PassportStrategy(Strategy, PASSWORD_STRATEGY) {
  constructor(
    @Inject(SignIn) private readonly signIn: SignIn,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {
    super({ passReqToCallback: true, session: false });
  }

  /** @throws Problem `invalid_credentials` */
  async validate(request: Request, username: string, password: string): Promise<SignedIn> {
    const { practiceId, transport } = request.body as SignInRequest;
    const { 'user-agent': userAgent = null } = request.headers;
    return this.signIn.signIn(actorOf(request), {
      practiceCode: practiceId,
      username,
      password,
      transport,
      userAgent,
      deviceToken: this.cookies.deviceOf(request),
    });
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
