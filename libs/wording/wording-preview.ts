import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Config, Problem } from '#runtime';
import { BuiltInMails } from './built-in-mails.js';
import type { MailParts } from './mail-language.js';
import { OwnWordings, type WordingKey } from './own-wordings.js';
import { WordingFailed, WordingThreads } from './wording-threads.js';

/** Shows a mail as it would arrive, with sample values: no live credential, nobody’s name. */
@Injectable()
export class WordingPreview {
  constructor(
    @Inject(BuiltInMails) private readonly mails: BuiltInMails,
    @Inject(WordingThreads) private readonly threads: WordingThreads,
    @Inject(OwnWordings) private readonly wordings: OwnWordings,
    @Inject(Database) private readonly database: Database,
    @Inject(Config) private readonly config: Config,
  ) {}

  /**
   * A draft, or without one what is in force.
   * @throws Problem `validation_failed`
   */
  async show(key: WordingKey, draft: MailParts | null): Promise<MailParts> {
    if (draft) await this.wordings.mustBeAllowed(key, draft);
    const { kind, locale } = key;
    const own = draft ?? (await this.wordings.find(key));
    const source = own ? this.mails.framed(own, locale) : this.mails.source(kind, locale);
    const [practice] = await this.database.sql<{ name: string; time_zone: string }>(
      'select name, time_zone from practices where practice_id = current_practice()',
    );
    if (!practice) throw Problem.of('not_found');
    const model = {
      ...this.mails.sample(kind),
      practiceName: practice.name,
      consoleUrl: this.config.publicUrl,
      supportContact: this.config.supportContact,
    };
    const values = [this.mails.values(kind, model, { locale, timeZone: practice.time_zone })];
    const { practiceId } = this.database;
    const [mail] = await this.threads
      .render({ practiceId, locale, source, values })
      .catch((error: unknown) => {
        if (!(error instanceof WordingFailed)) throw error;
        throw Problem.of('validation_failed', 'This wording cannot be rendered: save it anew.').because(
          error.message,
        );
      });
    if (!mail) throw new Error('A preview was rendered and is not there');
    return mail;
  }
}
