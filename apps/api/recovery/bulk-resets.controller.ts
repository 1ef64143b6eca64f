import {
  Body,
  Controller,
  Get,
  Inject,
  Param,
  Post,
  Query,
  Req,
  Res,
  type StreamableFile,
} from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import * as z from 'zod';
import {
  BulkResetDetailView,
  BulkResetListView,
  BulkResetPreviewView,
  BulkResetView,
  Id,
  ListBulkResetRows,
  ListBulkResets,
  ResetManyPasswords,
} from '#contract';
import { BulkResets } from '#recovery';
import type { Actor } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, type Reply, type Request } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { EventStreams } from '../http/event-streams.js';
import { RecentlyAuthenticated, Requires, Returns, ReturnsEvents } from '../http/route.decorators.js';

@ApiTags('bulk password resets')
@Controller('api/v1/bulk-password-resets')
export class BulkResetsController {
  constructor(
    @Inject(BulkResets) private readonly resets: BulkResets,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(EventStreams) private readonly streams: EventStreams,
  ) {}

  @Post()
  @Requires('user:reset-password')
  @RecentlyAuthenticated()
  @Returns(
    202,
    z.union([BulkResetView, BulkResetPreviewView]),
    'Send temporary passwords to many users, at a steady pace; in a dry run only say to whom.',
  )
  @ApiResponse({ status: 200, standardSchema: BulkResetPreviewView, description: 'A dry run' })
  async start(
    @Body({ schema: ResetManyPasswords }) { filter, dryRun }: ResetManyPasswords,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<BulkResetView | BulkResetPreviewView> {
    if (dryRun) {
      void reply.status(200);
      return this.resets.preview(caller, filter);
    }
    const started = await this.resets.start(actor, caller, filter);
    reply.header('location', `/api/v1/bulk-password-resets/${started.id}`);
    return started;
  }

  @Get()
  @Requires('user:reset-password')
  @Returns(200, BulkResetListView, 'Bulk resets, newest first: one’s own, or all for who may reset anybody.')
  async list(@Query({ schema: ListBulkResets }) query: ListBulkResets, @Caller() caller: Principal) {
    const before = this.cursors.open('bulk-password-resets', caller, query);
    const found = await this.resets.list({ before, limit: query.limit }, caller);
    return this.cursors.page('bulk-password-resets', caller, query, found, ({ id }) => id);
  }

  @Get(':id')
  @Requires('user:reset-password')
  @Returns(200, BulkResetDetailView, 'One bulk reset with its users, all of them unless limited.')
  async get(
    @Param('id', { schema: Id }) id: string,
    @Query({ schema: ListBulkResetRows }) query: ListBulkResetRows,
    @Caller() caller: Principal,
  ): Promise<BulkResetDetailView> {
    const list = `bulk-password-resets ${id}`;
    const after = Number(this.cursors.open(list, caller, query) ?? 0);
    const view = await this.resets.get(id, caller);
    const { limit, outcome = null } = query;
    const found = await this.resets.rows(id, { after, limit, outcome }, caller);
    const { items: rows, nextCursor } = this.cursors.page(list, caller, query, found, ({ position }) =>
      String(position),
    );
    return { ...view, rows, nextCursor };
  }

  @Get(':id/events')
  @Requires('user:reset-password')
  @ReturnsEvents('One bulk reset without its users, now and as it goes on, until it has ended.')
  follow(
    @Param('id', { schema: Id }) id: string,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<StreamableFile | undefined> {
    return this.streams.open(request, reply, {
      permission: 'user:reset-password',
      view: BulkResetView,
      read: (principal) => this.resets.get(id, principal),
      isFinal: ({ state }) => state === 'completed' || state === 'cancelled',
    });
  }

  /** Whoever wants it to stop is not held up by having to confirm a password. */
  @Post(':id/pause')
  @Requires('user:reset-password')
  @Returns(200, BulkResetView, 'Pause a bulk reset: from now on nobody is sent anything.')
  pause(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<BulkResetView> {
    return this.resets.pause(actor, caller, id);
  }

  @Post(':id/resume')
  @Requires('user:reset-password')
  @RecentlyAuthenticated()
  @Returns(200, BulkResetView, 'Let a paused bulk reset go on.')
  resume(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<BulkResetView> {
    return this.resets.resume(actor, caller, id);
  }

  @Post(':id/cancel')
  @Requires('user:reset-password')
  @Returns(200, BulkResetView, 'End a bulk reset for good; who had their turn keeps the temporary password.')
  cancel(
    @Param('id', { schema: Id }) id: string,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
  ): Promise<BulkResetView> {
    return this.resets.cancel(actor, caller, id);
  }
}
