import { Body, Controller, Get, Inject, Patch, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Administrators } from '#access';
import {
  formatPracticeId,
  MessageView,
  OpenPractice as OpenPracticeRequest,
  PracticeView,
  UpdatePractice,
} from '#contract';
import { ChangePractice, OpenPractice } from '#membership';
import { type Practice, Practices } from '#practices';
import type { Actor, ExpectedVersion } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, etagOf, IfMatch, type Reply } from '../http/caller.js';
import { Limited, Public, RecentlyAuthenticated, Requires, Returns } from '../http/route.decorators.js';

const OPENED =
  'A welcome email with your Practice ID and username is on its way. Sign in with them to finish opening the practice.';

@ApiTags('practice')
@Controller('api/v1')
export class PracticesController {
  constructor(
    @Inject(OpenPractice) private readonly openPractice: OpenPractice,
    @Inject(ChangePractice) private readonly changePractice: ChangePractice,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Administrators) private readonly administrators: Administrators,
  ) {}

  @Post('practices')
  @Public()
  @Limited('practice-openings')
  @Returns(202, MessageView, 'Open a practice. The Practice ID comes by mail only.')
  async open(@Body({ schema: OpenPracticeRequest }) body: OpenPracticeRequest, @Acting() actor: Actor) {
    await this.openPractice.open(actor, body);
    return { message: OPENED };
  }

  @Get('practice')
  @Requires('practice:read')
  @Returns(200, PracticeView, 'The practice, its policy, and what to do about it.')
  async get(@Res({ passthrough: true }) reply: Reply): Promise<PracticeView> {
    return this.#view(await this.practices.current(), reply);
  }

  @Patch('practice')
  @Requires('practice:update')
  @RecentlyAuthenticated('policy.reauthenticateMinutes')
  @Returns(200, PracticeView, 'Change the practice or its policy')
  async update(
    @Body({ schema: UpdatePractice }) body: UpdatePractice,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @IfMatch() expected: ExpectedVersion,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<PracticeView> {
    return this.#view(await this.changePractice.change(actor, caller, body, expected), reply);
  }

  async #view(practice: Practice, reply: Reply): Promise<PracticeView> {
    reply.header('etag', etagOf(practice.version));
    const names = await this.administrators.names();
    return {
      practiceId: formatPracticeId(practice.code),
      name: practice.name,
      timeZone: practice.timeZone,
      locale: practice.locale,
      administrators: names.map((displayName) => ({ displayName })),
      policy: practice.policy,
      advice: await this.administrators.advice(),
    };
  }
}
