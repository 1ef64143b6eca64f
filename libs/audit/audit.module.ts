import { Global, Module } from '@nestjs/common';
import { Anchors } from './anchors.js';
import { Archives } from './archives.js';
import { AuditExport } from './audit-export.js';
import { AuditKeys } from './audit-keys.js';
import { AuditMonths } from './audit-months.js';
import { AuditReader } from './audit-reader.js';
import { AuditRounds } from './audit-rounds.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerification } from './audit-verification.js';
import { Checkpoints } from './checkpoints.js';
import { DemoTrail } from './demo-trail.js';
import { Openings } from './openings.js';
import { StoredCopies } from './stored-copies.js';
import { ThrottledRefusals } from './throttled-refusals.js';
import { TrailRows } from './trail-rows.js';

/** Writing, reading and signing the trail. */
@Global()
@Module({
  providers: [
    AuditTrail,
    ThrottledRefusals,
    AuditReader,
    AuditKeys,
    Checkpoints,
    TrailRows,
    Openings,
    StoredCopies,
    AuditVerification,
    AuditExport,
    Archives,
    DemoTrail,
  ],
  exports: [
    AuditTrail,
    ThrottledRefusals,
    AuditReader,
    AuditKeys,
    Checkpoints,
    TrailRows,
    AuditVerification,
    AuditExport,
    Archives,
    DemoTrail,
  ],
})
export class AuditModule {}

/** Signing it on time, and carrying roots outside: the worker's part. */
@Module({ providers: [Anchors, AuditMonths, AuditRounds], exports: [AuditRounds] })
export class AuditWorkerModule {}
