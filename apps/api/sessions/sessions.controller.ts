import {
  Body,
  Controller,
  Delete,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  CurrentSessionView,
  Id,
  ListSessions,
  Reauthenticate,
  SessionListView,
  SignedInView,
  SignIn,
} from '#contract';
import { Database } from '#database';
import { type Actor, Problem } from '#runtime';
import { OwnCredentials, type Principal, Sessions } from '#users';
import { Acting, actorOf, Caller, type Reply, type Request } from '../http/caller.js';
import { tellLimit } from '../http/problem-view.js';
import {
  Limited,
  Public,
  RecentlyAuthenticated,
  Returns,
  ReturnsNothing,
  SignedIn,
} from '../http/route.decorators.js';
import { SessionCookies } from '../http/session-cookies.js';
import { type Arrival, PasswordGuard } from './password.strategy.js';
import { SessionViews } from './session-views.js';

@ApiTags('sessions')
@Controller('api/v1/sessions')
export class SessionsController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(OwnCredentials) private readonly own: OwnCredentials,
    @Inject(SessionViews) private readonly views: SessionViews,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {}

  @Post()
  @Public()
  @Limited('sign-in-failures', 'failures')
  @UseGuards(PasswordGuard)
  @Returns(201, SignedInView, 'Sign in.')
  async create(
    @Body({ schema: SignIn }) body: SignIn,
    @Req() request: Omit<Request, 'user'> & { user: Arrival },
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<SignedInView> {
    const { seen: view, token, newDeviceToken, limit } = request.user;
    tellLimit(reply, limit);
    reply.header('location', '/api/v1/sessions/current');
    if (body.transport === 'bearer') {
      return {
        ...view,
        token: token.reveal(),
        ...(newDeviceToken && { deviceToken: newDeviceToken.reveal() }),
      };
    }
    await this.#endReplaced(request);
    this.cookies.setSession(reply, token.reveal());
    if (newDeviceToken) this.cookies.setDevice(reply, newDeviceToken.reveal());
    return view;
  }

  @Get('current')
  @SignedIn({ restrictedToo: true })
  @Returns(200, CurrentSessionView, 'The session this request belongs to.')
  current(@Caller() caller: Principal): Promise<CurrentSessionView> {
    return this.database.inPractice(caller.practiceId, () => this.views.current(caller));
  }

  @Delete('current')
  @SignedIn({ restrictedToo: true })
  @ReturnsNothing('Sign out.')
  async signOut(
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    await this.database.inPractice(caller.practiceId, () =>
      this.sessions.end(actor, caller, caller.sessionId),
    );
    this.cookies.clearSession(reply);
  }

  @Get()
  @SignedIn()
  @Returns(200, SessionListView, 'One’s own sessions.')
  list(@Query({ schema: ListSessions }) query: ListSessions, @Caller() caller: Principal) {
    return this.database.inPractice(caller.practiceId, () => this.views.list(caller, query));
  }

  @Delete(':id')
  @SignedIn()
  @RecentlyAuthenticated()
  @ReturnsNothing('End one of one’s own sessions.')
  async end(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<void> {
    const ended = await this.database.inPractice(caller.practiceId, () =>
      this.sessions.end(actor, caller, id),
    );
    if (!ended) throw Problem.of('not_found');
  }

  @Post('current/reauthentication')
  @SignedIn()
  @ReturnsNothing('Confirm the password before something that matters.')
  async reauthenticate(
    @Body({ schema: Reauthenticate }) body: Reauthenticate,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    // A program keeps its token: a 204 has no body to bring it another in.
    const renew = this.cookies.tokenOf(request)?.fromCookie === true;
    const token = await this.own.reauthenticate(actor, caller, body.password, { renew });
    if (token) this.cookies.setSession(reply, token.reveal());
  }

  /** The cookie that a browser brings to a sign-in is not taken up again: somebody may have planted it. */
  async #endReplaced(request: Omit<Request, 'user'>): Promise<void> {
    const presented = this.cookies.tokenOf(request);
    if (presented?.fromCookie) await this.sessions.endReplaced(actorOf(request), presented.token);
  }
}
