import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditReader, AuditVerification } from '#audit';
import { AuditEventListView, AuditVerificationView, ListAuditEvents } from '#contract';
import type { Principal } from '#users';
import { Caller } from '../http/caller.js';
import { Cursors } from '../http/cursors.js';
import { Requires, Returns } from '../http/route.decorators.js';

@ApiTags('audit')
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(
    @Inject(AuditReader) private readonly reader: AuditReader,
    @Inject(AuditVerification) private readonly trail: AuditVerification,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  @Get()
  @Requires('audit:read')
  @Returns(200, AuditEventListView, 'What happened in the practice, newest first.')
  async list(@Query({ schema: ListAuditEvents }) query: ListAuditEvents, @Caller() caller: Principal) {
    const before = this.cursors.open('audit-events', caller, query);
    const events = await this.reader.list(query, before === null ? null : Number(before));
    return this.cursors.page('audit-events', caller, query, events, ({ seq }) => String(seq));
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
