import { Global, Module } from '@nestjs/common';
import { Argon2Threads } from '#secrets';
import { AttemptLimits } from './attempt-limits.js';
import { DigestKeys } from './digest-keys.js';
import { KeptAnswers } from './kept-answers.js';
import { HashingLane, ReadingLane } from './lane.js';
import { RequestCounts } from './request-counts.js';
import { RequestLimits } from './request-limits.js';
import { Turnstile } from './turnstile.js';

/** Of the pool's ten connections; more would not be faster, since hashing is what takes time. */
const READINGS = 4;

@Global()
@Module({
  providers: [
    AttemptLimits,
    RequestCounts,
    RequestLimits,
    Turnstile,
    { provide: ReadingLane, useFactory: () => new ReadingLane(READINGS) },
    DigestKeys,
    {
      provide: HashingLane,
      useFactory: (threads: Argon2Threads) => new HashingLane(threads.size),
      inject: [Argon2Threads],
    },
    KeptAnswers,
  ],
  exports: [AttemptLimits, HashingLane, KeptAnswers, ReadingLane, RequestLimits, Turnstile],
})
export class AdmissionModule {}
