import { Body, Controller, Inject, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ChangePassword, ChangeSecurityQuestion } from '#contract';
import type { Actor } from '#runtime';
import { OwnCredentials, type Principal } from '#users';
import { Acting, Caller, type Reply } from '../http/caller.js';
import { ReturnsNothing, SignedIn } from '../http/route.decorators.js';
import { SessionCookies } from '../http/session-cookies.js';

@ApiTags('me')
@Controller('api/v1/me')
export class MeController {
  constructor(
    @Inject(OwnCredentials) private readonly own: OwnCredentials,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {}

  @Put('password')
  @SignedIn({ restrictedToo: true })
  @ReturnsNothing(
    'Set one’s own password. Every other session ends; after a temporary password this one too.',
  )
  async password(
    @Body({ schema: ChangePassword }) body: ChangePassword,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<void> {
    await this.own.changePassword(actor, caller, body);
    if (caller.restrictedTo) this.cookies.clearSession(reply);
  }

  @Put('security-question')
  @SignedIn()
  @ReturnsNothing('Choose another security question.')
  async question(
    @Body({ schema: ChangeSecurityQuestion }) body: ChangeSecurityQuestion,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<void> {
    await this.own.changeQuestion(actor, caller, body);
  }
}
