import { Global, Module } from '@nestjs/common';
import { PracticeHold } from './practice-hold.js';
import { Retention } from './retention.js';
import { RetentionNotices } from './retention-notices.js';
import { RetentionReader } from './retention-reader.js';

@Global()
@Module({
  providers: [Retention, PracticeHold, RetentionReader, RetentionNotices],
  exports: [Retention, PracticeHold, RetentionReader],
})
export class RetentionModule {}
