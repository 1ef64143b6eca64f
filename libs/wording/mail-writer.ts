import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';
import type { BuiltInMails } from './built-in-mails.js';
import type { MailParts } from './mail-language.js';
import type { MailPlace } from './mail-values.js';
import { isSecretKind, type MessageKind, type MessageModel, type MessageSecret } from './messages.js';
import { OwnWordings } from './own-wordings.js';
import { Renderer } from './renderer.js';
import { missingIn } from './wording-duties.js';
import { WordingFailed, WordingSlow, WordingThreads } from './wording-threads.js';

/** A mail to be written: for which practice, and in whose words. */
export interface Draft<K extends MessageKind = MessageKind> extends MailPlace {
  practiceId: string;
  kind: K;
  model: MessageModel<K>;
  /** The practice's own wording in force, with its number; `null` number for one that is only tried. */
  own: (MailParts & { number: number | null }) | null;
  /** For whoever words it: marked as a test, and with a temporary password that opens nothing. */
  isTrial: boolean;
}

/** More than any mail needs; what a list repeats is the practice's own doing. */
const LONGEST = 200_000;
/** A machine that has other things to do stops a mail now and then; one wording, time after time, is another matter. */
const SLOW_IN_A_ROW = 3;

/** Writes mails in a practice's own words, and in ours where there are none or where they fail. */
@Injectable()
export class MailWriter {
  /** How often in a row each wording took too long, of those that did the last time. */
  readonly #slow = new Map<string, number>();

  constructor(
    @Inject(Renderer) private readonly renderer: Renderer,
    @Inject(WordingThreads) private readonly threads: WordingThreads,
    @Inject(OwnWordings) private readonly wordings: OwnWordings,
    @Inject(Database) private readonly database: Database,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /**
   * @throws Error when the model does not fit its schema, Problem `overloaded` while the process is stopping;
   * a practice's own wording throws nothing
   */
  async write(draft: Draft): Promise<MailParts> {
    if (!draft.isTrial) return this.#write(draft);
    const model = { ...draft.model, ...this.#sampleSecret(draft.kind) };
    return this.mails.asTrial(await this.#write({ ...draft, model }), draft.locale);
  }

  async #write(draft: Draft): Promise<MailParts> {
    const { own, kind, model } = draft;
    if (!own) return this.renderer.render(kind, model, draft);
    try {
      const mail = await this.#inOwnWords(draft, own);
      this.#slow.delete(nameOf(draft));
      return mail;
    } catch (error) {
      if (!(error instanceof WordingFailed)) throw error;
      if (own.number !== null && this.#isItsFault(draft, error)) await this.#flag(draft, own.number, error);
      return this.renderer.render(kind, model, draft);
    }
  }

  /** What the thread reports is; being stopped only when it goes on so. */
  #isItsFault(draft: Draft, error: WordingFailed): boolean {
    if (!(error instanceof WordingSlow)) return true;
    if (!error.tried) return false;
    const name = nameOf(draft);
    const times = (this.#slow.get(name) ?? 0) + 1;
    this.#slow.set(name, times);
    if (times < SLOW_IN_A_ROW) return false;
    return this.#slow.delete(name);
  }

  #sampleSecret(kind: MessageKind): MessageSecret | null {
    if (!isSecretKind(kind)) return null;
    const { credential, expiresAt } = this.mails.sample(kind);
    return { credential, expiresAt };
  }

  /** The same as it is, without falling back. @throws WordingFailed */
  async #inOwnWords(draft: Draft, own: MailParts): Promise<MailParts> {
    const { practiceId, kind, locale } = draft;
    const values = this.mails.values(kind, draft.model, draft);
    const source = this.mails.framed(own, locale);
    const [mail] = await this.threads.render({ practiceId, locale, source, values: [values] });
    if (!mail || mail.html.length + mail.text.length > LONGEST)
      throw new WordingFailed('The mail is too long');
    const [missing] = missingIn(kind, mail, values);
    if (missing) throw new WordingFailed(missing.message, missing.part);
    return mail;
  }

  private get mails(): BuiltInMails {
    return this.renderer.mails;
  }

  async #flag(
    { practiceId, kind, locale }: Draft,
    number: number,
    { message }: WordingFailed,
  ): Promise<void> {
    this.log.warn({ practiceId, kind, locale, number }, 'a practice’s own wording failed; ours stood in');
    await this.database
      .inPractice(practiceId, () => this.wordings.flag({ kind, locale }, number, message.slice(0, 300)))
      // The mail goes out all the same; the next one finds the wording unflagged and tries again.
      .catch((error: unknown) =>
        this.log.warn({ err: safeError(error) }, 'a failed wording was not flagged'),
      );
  }
}

const nameOf = ({ practiceId, kind, locale, own }: Draft): string =>
  [practiceId, kind, locale, own?.number].join(' ');
