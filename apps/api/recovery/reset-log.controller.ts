import { Controller, Get, Inject, Param, Query, Req, Res, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Id, ListResets, ResetDetailView, ResetListView, type ResetState, ResetView } from '#contract';
import { ResetLog } from '#recovery';
import type { Principal } from '#users';
import { Caller, type Reply, type Request } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { EventStreams } from '../http/event-streams.js';
import { Requires, Returns, ReturnsEvents } from '../http/route.decorators.js';

const FINAL: ReadonlySet<ResetState> = new Set([
  'completed',
  'refused',
  'expired',
  'superseded',
  'failed',
  'cancelled',
]);

@ApiTags('password resets')
@Controller('api/v1/password-resets')
export class ResetLogController {
  constructor(
    @Inject(ResetLog) private readonly log: ResetLog,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(EventStreams) private readonly streams: EventStreams,
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

  @Get(':id/events')
  @Requires('reset-log:read')
  @ReturnsEvents('One reset, now and after each change, until it has ended.')
  follow(
    @Param('id', { schema: Id }) id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<StreamableFile | undefined> {
    return this.streams.open(request, reply, {
      permission: 'reset-log:read',
      view: ResetView,
      read: ({ rights }) => this.log.get(id, rights.reach('reset-log:read')),
      isFinal: ({ state }) => FINAL.has(state),
    });
  }
}
