import { Global, Module } from '@nestjs/common';
import { Argon2Threads } from '#secrets';
import { DigestKeys } from './digest-keys.js';
import { HashingLane } from './hashing-lane.js';
import { KeptAnswers } from './kept-answers.js';

@Global()
@Module({
  providers: [
    DigestKeys,
    {
      provide: HashingLane,
      useFactory: (threads: Argon2Threads) => new HashingLane(threads.size),
      inject: [Argon2Threads],
    },
    KeptAnswers,
  ],
  exports: [HashingLane, KeptAnswers],
})
export class AdmissionModule {}
