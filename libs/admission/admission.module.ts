import { Global, Module } from '@nestjs/common';
import { Argon2Threads } from '#secrets';
import { HashingLane } from './hashing-lane.js';

@Global()
@Module({
  providers: [
    {
      provide: HashingLane,
      useFactory: (threads: Argon2Threads) => new HashingLane(threads.size),
      inject: [Argon2Threads],
    },
  ],
  exports: [HashingLane],
})
export class AdmissionModule {}
