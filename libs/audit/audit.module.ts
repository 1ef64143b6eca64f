import { Global, Module } from '@nestjs/common';
import { Anchors } from './anchors.js';
import { AuditExport } from './audit-export.js';
import { AuditKeys } from './audit-keys.js';
import { AuditReader } from './audit-reader.js';
import { AuditRounds } from './audit-rounds.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerification } from './audit-verification.js';
import { Checkpoints } from './checkpoints.js';
import { TrailRows } from './trail-rows.js';

/** Writing, reading and signing the trail. */
@Global()
@Module({
  providers: [AuditTrail, AuditReader, AuditKeys, Checkpoints, TrailRows, AuditVerification, AuditExport],
  exports: [AuditTrail, AuditReader, AuditKeys, Checkpoints, AuditVerification, AuditExport],
})
export class AuditModule {}

/** Signing it on time, and carrying roots outside: the worker's part. */
@Module({ providers: [Anchors, AuditRounds], exports: [AuditRounds] })
export class AuditWorkerModule {}
