import { Body, Controller, Get, Inject, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import {
  AnswerAcceptedView,
  AnswerChallenge,
  BeginReset,
  ChallengeView,
  QuestionListView,
  SECURITY_QUESTION_IDS,
  SECURITY_QUESTIONS,
} from '#contract';
import { SelfServiceReset } from '#recovery';
import type { Actor } from '#runtime';
import { Acting, type Request } from '../http/caller.js';
import { Limited, Public, Returns } from '../http/route.decorators.js';
import { SessionCookies } from '../http/session-cookies.js';

@ApiTags('password resets')
@Controller('api/v1')
export class SelfServiceController {
  constructor(
    @Inject(SelfServiceReset) private readonly reset: SelfServiceReset,
    @Inject(SessionCookies) private readonly cookies: SessionCookies,
  ) {}

  @Get('security-questions')
  @Public()
  @Returns(200, QuestionListView, 'The security questions to choose from')
  questions() {
    return { items: SECURITY_QUESTION_IDS.map((id) => ({ id, text: SECURITY_QUESTIONS[id] })) };
  }

  @Post('password-resets/challenges')
  @Public()
  @Limited('reset-questions')
  @Returns(200, ChallengeView, 'The question of an account, or a decoy. Nothing is written.')
  begin(@Body({ schema: BeginReset }) body: BeginReset): Promise<ChallengeView> {
    return this.reset.begin(body);
  }

  @Post('password-resets')
  @Public()
  @Limited('reset-answers')
  @Returns(
    202,
    AnswerAcceptedView,
    'Answer it. The same answer for right, wrong and unknown; the right one sends an email.',
  )
  answer(
    @Body({ schema: AnswerChallenge }) body: AnswerChallenge,
    @Acting() actor: Actor,
    @Req() request: Request,
  ): Promise<AnswerAcceptedView> {
    return this.reset.answer(actor, this.cookies.deviceOf(request), body);
  }
}
