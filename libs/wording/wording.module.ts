import { type BeforeApplicationShutdown, Global, Inject, Module } from '@nestjs/common';
import { BuiltInMails } from './built-in-mails.js';
import { OwnWordings } from './own-wordings.js';
import { WordingPreview } from './wording-preview.js';
import { WordingRules } from './wording-rules.js';
import { WordingThreads } from './wording-threads.js';

/** What mails say, for whoever writes or changes them. Threads start with the first template that needs one. */
@Global()
@Module({
  providers: [
    { provide: BuiltInMails, useFactory: () => new BuiltInMails() },
    { provide: WordingThreads, useFactory: () => new WordingThreads() },
    WordingRules,
    OwnWordings,
    WordingPreview,
  ],
  exports: [BuiltInMails, WordingThreads, OwnWordings, WordingPreview],
})
export class WordingModule implements BeforeApplicationShutdown {
  constructor(@Inject(WordingThreads) private readonly threads: WordingThreads) {}

  beforeApplicationShutdown(): Promise<void> {
    return this.threads.close();
  }
}
