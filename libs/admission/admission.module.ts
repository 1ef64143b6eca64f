import { Global, Module } from '@nestjs/common';
import { Argon2Threads } from '#secrets';
import { HashingLane } from './hashing-lane.js';
import { KeptAnswers } from './kept-answers.js';

@Global()
@Module({
  providers: [
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
