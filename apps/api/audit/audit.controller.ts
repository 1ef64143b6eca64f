import { Controller, Get, Inject, Param, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditExport, AuditReader, AuditVerification } from '#audit';
import {
  AuditEventListView,
  AuditEventView,
  AuditVerificationView,
  ExportAuditEvents,
  Id,
  ListAuditEvents,
} from '#contract';
import { type Actor, Problem } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, type Reply } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { GuardedStreams } from '../http/guarded-streams.js';
import {
  InUnitsOfItsOwn,
  RecentlyAuthenticated,
  Requires,
  Returns,
  ReturnsStream,
} from '../http/route.decorators.js';

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;

@ApiTags('audit')
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(
    @Inject(AuditReader) private readonly reader: AuditReader,
    @Inject(AuditVerification) private readonly trail: AuditVerification,
    @Inject(AuditExport) private readonly exports: AuditExport,
    @Inject(Cursors) private readonly cursors: Cursors,
    @Inject(GuardedStreams) private readonly streams: GuardedStreams,
  ) {}

  @Get()
  @Requires('audit:read')
  @Returns(200, AuditEventListView, 'What happened in the practice, newest first.')
  async list(@Query({ schema: ListAuditEvents }) query: ListAuditEvents, @Caller() caller: Principal) {
    const ended = this.cursors.open('audit-trail', caller, query);
    const events = await this.reader.list(query, ended === null ? null : positionOf(ended));
    return this.cursors.page('audit-trail', caller, query, events, ({ seq, at }) => `${seq} ${at}`);
  }

  @Get('export')
  @Requires('audit:read')
  @InUnitsOfItsOwn()
  @RecentlyAuthenticated()
  @ReturnsStream(
    ['application/x-ndjson', 'text/csv'],
    'A copy of the trail as a file: ndjson can be checked offline, csv is for a spreadsheet. The trail notes who took it, and its SHA-256 under the id in X-Latchkey-Export.',
  )
  async export(
    @Query({ schema: ExportAuditEvents }) query: ExportAuditEvents,
    @Acting() actor: Actor,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<StreamableFile> {
    const opened = await this.exports.open(caller.practiceId, actor, query);
    reply.header('x-latchkey-export', opened.id);
    const file = this.streams.open(this.exports.read(opened), caller, 'audit:read', reply);
    return new StreamableFile(file, {
      type: MEDIA_TYPES[query.format],
      disposition: `attachment; filename="audit-${opened.end.seq}.${query.format}"`,
    });
  }

  @Get('verification')
  @Requires('audit:read')
  @InUnitsOfItsOwn()
  @Returns(
    200,
    AuditVerificationView,
    'Walks the whole chain with its signatures and says whether it is intact, or where not.',
  )
  verification(@Caller() caller: Principal) {
    return this.trail.verify(caller.practiceId);
  }

  @Get(':id')
  @Requires('audit:read')
  @Returns(200, AuditEventView, 'One event, by the id that a link to it names.')
  async get(@Param('id', { schema: Id }) id: string): Promise<AuditEventView> {
    const event = await this.reader.find(id);
    if (!event) throw Problem.of('not_found');
    return event;
  }
}

function positionOf(ended: string): { seq: number; at: string } {
  const [seq = '', at = ''] = ended.split(' ');
  return { seq: Number(seq), at };
}
