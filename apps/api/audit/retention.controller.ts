import { Body, Controller, Delete, Get, Inject, Patch, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditRetentionView, ConfirmRetention, HoldTrail, RetainTrail } from '#contract';
import { PracticeHold, Retention, RetentionReader } from '#retention';
import type { Actor } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller } from '../http/caller.js';
import { RecentlyAuthenticated, Requires, Returns } from '../http/route.decorators.js';

@ApiTags('audit')
@Controller('api/v1/audit-retention')
export class RetentionController {
  constructor(
    @Inject(RetentionReader) private readonly reader: RetentionReader,
    @Inject(Retention) private readonly retention: Retention,
    @Inject(PracticeHold) private readonly holds: PracticeHold,
  ) {}

  @Get()
  @Requires('audit:read')
  @Returns(200, AuditRetentionView, 'For how many years the trail is kept, and who holds it')
  get(): Promise<AuditRetentionView> {
    return this.reader.view();
  }

  @Patch()
  @Requires('practice:update')
  @RecentlyAuthenticated()
  @Returns(
    200,
    AuditRetentionView,
    'Keep it for more years at once, or ask for fewer: another administrator confirms, and seven days later it acts.',
  )
  async change(
    @Body({ schema: RetainTrail }) { years }: RetainTrail,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<AuditRetentionView> {
    await this.retention.change(actor, caller, years);
    return this.reader.view();
  }

  @Post('confirmation')
  @Requires('practice:update')
  @RecentlyAuthenticated()
  @Returns(200, AuditRetentionView, 'Agree to the fewer years that another administrator asked for')
  async confirm(
    @Body({ schema: ConfirmRetention }) { years }: ConfirmRetention,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<AuditRetentionView> {
    await this.retention.confirm(actor, caller, years);
    return this.reader.view();
  }

  @Delete('request')
  @Requires('practice:update')
  @Returns(200, AuditRetentionView, 'Stop what was asked for, confirmed or not')
  async cancel(@Acting() actor: Actor, @Caller() caller: Principal): Promise<AuditRetentionView> {
    await this.retention.cancel(actor, caller);
    return this.reader.view();
  }

  @Put('hold')
  @Requires('practice:update')
  @RecentlyAuthenticated()
  @Returns(
    200,
    AuditRetentionView,
    'Hold the trail: nothing of it is removed. Sent again, it withdraws a lifting.',
  )
  async hold(
    @Body({ schema: HoldTrail }) { reason }: HoldTrail,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<AuditRetentionView> {
    await this.holds.place(actor, caller, reason);
    return this.reader.view();
  }

  @Post('hold/lifting')
  @Requires('practice:update')
  @RecentlyAuthenticated()
  @Returns(
    200,
    AuditRetentionView,
    'Ask that the hold be lifted: it stands until another administrator agrees',
  )
  async askLifting(@Acting() actor: Actor, @Caller() caller: Principal): Promise<AuditRetentionView> {
    await this.holds.askLifting(actor, caller);
    return this.reader.view();
  }

  @Post('hold/lifting/confirmation')
  @Requires('practice:update')
  @RecentlyAuthenticated()
  @Returns(200, AuditRetentionView, 'Agree that the hold be lifted')
  async lift(@Acting() actor: Actor, @Caller() caller: Principal): Promise<AuditRetentionView> {
    await this.holds.lift(actor, caller);
    return this.reader.view();
  }
}
