import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Id, ListResets, ResetDetailView, ResetListView } from '#contract';
import { ResetLog } from '#recovery';
import type { Principal } from '#users';
import { Caller } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { Requires, Returns } from '../http/route.decorators.js';

@ApiTags('password resets')
@Controller('api/v1/password-resets')
export class ResetLogController {
  constructor(
    @Inject(ResetLog) private readonly log: ResetLog,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires('reset-log:read')
  @Returns(200, ResetListView, 'The log of resets, newest first')
  async list(@Query({ schema: ListResets }) query: ListResets, @Caller() caller: Principal) {
    const before = this.cursors.open('password-resets', caller, query);
    const resets = await this.log.list(query, before, caller.rights.reach('reset-log:read'));
    return this.cursors.page('password-resets', caller, query, resets, (reset) => reset.id);
  }

  @Get(':id')
  @Requires('reset-log:read')
  @Returns(200, ResetDetailView, 'One reset with its timeline.')
  get(@Param('id', { schema: Id }) id: string, @Caller() caller: Principal): Promise<ResetDetailView> {
    return this.log.detail(id, caller.rights.reach('reset-log:read'));
  }
}
