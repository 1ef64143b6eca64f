import { Global, Module } from '@nestjs/common';
import { BounceListener } from './bounce-listener.js';
import { Bounces } from './bounces.js';

/** Taking returned mail, wherever it comes in. */
@Global()
@Module({ providers: [Bounces], exports: [Bounces] })
export class BouncesModule {}

/** The listener: the worker's part. */
@Module({ providers: [BounceListener], exports: [BounceListener] })
export class BouncesWorkerModule {}
