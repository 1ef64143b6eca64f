import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { Locale } from '#contract';
import type { MailParts, MailValues } from './mail-language.js';
import { type MailPlace, mailValues } from './mail-values.js';
import { checkModel, type MessageKind, type MessageModel } from './messages.js';

/** A mail as it was compiled: whole, and the HTML that a practice may edit, which stands in the layout. */
export type BuiltInMail = MailParts & { editableHtml: string };

interface CompiledLanguage {
  /** What a mail calls customer service where nothing else was configured. */
  operator: string;
  /** How the subject of a test mail begins. */
  trial: string;
  /** The layout around a practice's own content, and what ends every text. */
  shell: { html: string; footer: string };
  mails: Record<MessageKind, BuiltInMail>;
}

/** The content of `dist/templates.json`, written by `templates/compile.mjs`. */
export interface CompiledMails {
  samples: Record<MessageKind, object>;
  locales: Record<Locale, CompiledLanguage>;
}

/** Where the layout takes a practice's own HTML (`templates/compile.mjs`). */
const SLOT = '[[content]]';

/** The mails of the product in every language, as Handlebars. */
export class BuiltInMails {
  constructor(readonly compiled: CompiledMails = load()) {}

  /** What is rendered where a practice has no wording of its own. */
  source(kind: MessageKind, locale: Locale): MailParts {
    const { subject, html, text } = this.compiled.locales[locale].mails[kind];
    return { subject, html, text: this.#withFooter(text, locale) };
  }

  /** What a practice begins with: content only. Layout, language, and whom to ask are always ours. */
  editable(kind: MessageKind, locale: Locale): MailParts {
    const { subject, editableHtml, text } = this.compiled.locales[locale].mails[kind];
    return { subject, html: editableHtml, text };
  }

  /** A practice's content within our layout. */
  framed({ subject, html, text }: MailParts, locale: Locale): MailParts {
    const { shell } = this.compiled.locales[locale];
    return { subject, html: shell.html.replace(SLOT, () => html), text: this.#withFooter(text, locale) };
  }

  /** The model a kind is shown with in previews and proved with at load. */
  sample<K extends MessageKind>(kind: K): MessageModel<K> {
    return checkModel(kind, this.compiled.samples[kind]);
  }

  /**
   * What templates print for this model in that language.
   * @throws Error when the model does not fit its schema
   */
  values<K extends MessageKind>(kind: K, model: MessageModel<K>, place: MailPlace): MailValues {
    const unnamed = Object.keys(model).filter(
      (name) => model[name as keyof typeof model] === this.operator('en'),
    );
    const said = Object.fromEntries(unnamed.map((name) => [name, this.operator(place.locale)]));
    return mailValues(kind, { ...model, ...said }, place);
  }

  operator(locale: Locale): string {
    return this.compiled.locales[locale].operator;
  }

  /** A mail marked as what it is: only a test of its wording. */
  asTrial(mail: MailParts, locale: Locale): MailParts {
    return { ...mail, subject: `${this.compiled.locales[locale].trial}${mail.subject}` };
  }

  #withFooter(text: string, locale: Locale): string {
    return `${text}\n\n${this.compiled.locales[locale].shell.footer}`;
  }
}

/** From `dist/` of this package, whether the code runs from its sources or from there. */
function load(): CompiledMails {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the mails: where are they?');
  try {
    return JSON.parse(readFileSync(join(dirname(manifest), 'dist/templates.json'), 'utf8'));
  } catch (cause) {
    throw new Error('The mails are not compiled: run `npm run build`', { cause });
  }
}
