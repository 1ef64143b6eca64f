import { Global, Module } from '@nestjs/common';
import { SinkLedger } from './sink-ledger.js';
import { SinkPulse } from './sink-pulse.js';
import { SinkStreams } from './sink-streams.js';
import { TrailWindows } from './trail-windows.js';

/** How streaming goes: all that the API needs. */
@Global()
@Module({ providers: [SinkPulse], exports: [SinkPulse] })
export class SiemModule {}

/** Streaming: the worker's part. */
@Module({ providers: [SinkLedger, TrailWindows, SinkStreams], exports: [SinkStreams] })
export class SiemWorkerModule {}
