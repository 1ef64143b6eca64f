import { Readable } from 'node:stream';
import { Controller, Get, Inject, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditExport, AuditReader, AuditVerification } from '#audit';
import { AuditEventListView, AuditVerificationView, ExportAuditEvents, ListAuditEvents } from '#contract';
import type { Actor } from '#runtime';
import type { Principal } from '#users';
import { Acting, Caller, type Reply } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { RecentlyAuthenticated, Requires, Returns, ReturnsStream } from '../http/route.decorators.js';

const MEDIA_TYPES = { csv: 'text/csv; charset=utf-8', ndjson: 'application/x-ndjson' } as const;

@ApiTags('audit')
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(
    @Inject(AuditReader) private readonly reader: AuditReader,
    @Inject(AuditVerification) private readonly trail: AuditVerification,
    @Inject(AuditExport) private readonly exports: AuditExport,
    @Inject(Cursors) private readonly cursors: Cursors,
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
  @RecentlyAuthenticated()
  @ReturnsStream(
    ['application/x-ndjson', 'text/csv'],
    'A copy of the trail as a file: ndjson can be checked offline, csv is for a spreadsheet. The trail notes who took it, and its SHA-256 under the id in X-Latchkey-Export.',
  )
  async export(
    @Query({ schema: ExportAuditEvents }) query: ExportAuditEvents,
    @Acting() actor: Actor,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<StreamableFile> {
    const opened = await this.exports.open(actor, query);
    reply.header('x-latchkey-export', opened.id);
    return new StreamableFile(Readable.from(this.exports.read(opened)), {
      type: MEDIA_TYPES[query.format],
      disposition: `attachment; filename="audit-${opened.end.seq}.${query.format}"`,
    });
  }

  @Get('verification')
  @Requires('audit:read')
  @Returns(
    200,
    AuditVerificationView,
    'Walks the whole chain with its signatures and says whether it is intact, or where not.',
  )
  verification() {
    return this.trail.verify();
  }
}

function positionOf(ended: string): { seq: number; at: string } {
  const [seq = '', at = ''] = ended.split(' ');
  return { seq: Number(seq), at };
}
