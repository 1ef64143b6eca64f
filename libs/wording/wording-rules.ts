import { Inject, Injectable } from '@nestjs/common';
import type { Locale } from '#contract';
import type { MailParts } from './mail-language.js';
import { checkMarkup } from './markup-rules.js';
import type { MessageKind } from './messages.js';
import { readTemplate, TemplateFault } from './template-rules.js';
import { missingIn } from './wording-duties.js';
import { namesForSubject, namesOf } from './wording-names.js';
import { proofsOf } from './wording-proofs.js';
import { WordingFailed, WordingThreads } from './wording-threads.js';

/** What a part of a template breaks, as a request's fault is told. */
export interface WordingFault {
  pointer: string;
  code: string;
  message: string;
}

/** The rules that a practice's own wording keeps before it is stored: read first, then run in every case. */
@Injectable()
export class WordingRules {
  constructor(@Inject(WordingThreads) private readonly threads: WordingThreads) {}

  async faultsOf(
    practiceId: string,
    kind: MessageKind,
    locale: Locale,
    wording: MailParts,
  ): Promise<WordingFault[]> {
    const names = namesOf(kind);
    const faults = [
      ...faultIn('/subject', () => void readTemplate(wording.subject, namesForSubject(names))),
      ...faultIn('/html', () => checkMarkup(readTemplate(wording.html, names))),
      ...faultIn('/text', () => void readTemplate(wording.text, names)),
    ];
    return faults.length > 0 ? faults : this.#prove(practiceId, kind, locale, wording);
  }

  async #prove(
    practiceId: string,
    kind: MessageKind,
    locale: Locale,
    source: MailParts,
  ): Promise<WordingFault[]> {
    const values = proofsOf(kind);
    try {
      const mails = await this.threads.render({ practiceId, locale, source, values });
      const missing = mails.flatMap((mail, index) => missingIn(kind, mail, values[index] ?? NOTHING));
      const told = new Map(missing.map((duty) => [`${duty.part}${duty.message}`, duty]));
      return [...told.values()].map(({ part, message }) => ({
        pointer: `/${part}`,
        code: 'placeholder_missing',
        message,
      }));
    } catch (error) {
      if (!(error instanceof WordingFailed)) throw error;
      return [{ pointer: `/${error.part ?? 'text'}`, code: 'not_in_every_case', message: inWords(error) }];
    }
  }
}

const NOTHING = { plain: {}, markup: {} };

function inWords({ message }: WordingFailed): string {
  const name = /^"([^"]+)" not defined/.exec(message)?.[1];
  return name
    ? `${name} is not there in every case: put it between {{#if}} and {{/if}}`
    : 'It cannot be rendered: begin with the built-in wording and change it step by step';
}

function faultIn(pointer: string, read: () => void): WordingFault[] {
  try {
    read();
    return [];
  } catch (error) {
    if (!(error instanceof TemplateFault)) throw error;
    return [{ pointer, code: error.code, message: error.message }];
  }
}
