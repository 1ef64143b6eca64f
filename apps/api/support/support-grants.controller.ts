import { Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Id, ListSupportGrants, SupportGrantListView, SupportGrantView } from '#contract';
import type { Actor } from '#runtime';
import { SupportGrants } from '#support';
import type { Principal } from '#users';
import { Acting, Caller } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { Requires, Returns } from '../http/route.decorators.js';

/** What the practice sees of customer service's way in. Proposing and approving are commands of operators. */
@ApiTags('support grants')
@Controller('api/v1/support-grants')
export class SupportGrantsController {
  constructor(
    @Inject(SupportGrants) private readonly grants: SupportGrants,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires('reset-log:read')
  @Returns(200, SupportGrantListView, 'Resets that customer service has proposed, newest first')
  async list(@Query({ schema: ListSupportGrants }) query: ListSupportGrants, @Caller() caller: Principal) {
    const before = this.cursors.open('support-grants', caller, query);
    const grants = await this.grants.list(query, before, caller.rights.reach('reset-log:read'));
    return this.cursors.page('support-grants', caller, query, grants, (grant) => grant.id);
  }

  @Post(':id/cancellation')
  @Requires('user:reset-password')
  @Returns(200, SupportGrantView, 'Stop it: nothing is sent. Whoever may do this can help by themselves.')
  cancel(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<SupportGrantView> {
    const reach = caller.rights.reach('user:reset-password');
    return this.grants.cancel(actor, id, 'stopped-by-the-practice', reach);
  }
}
