import { LOCALES, type Locale } from '#contract';
import { BuiltInMails } from './built-in-mails.js';
import { MailLanguage, type MailParts, type MailValues } from './mail-language.js';
import type { MailPlace } from './mail-values.js';
import { MESSAGE_KINDS, type MessageKind, type MessageModel } from './messages.js';

// No `{{{x}}}`, `{{&x}}` or raw block, with or without the whitespace mark: each would print without escaping.
const UNESCAPED = /\{\{~?[{&]/;

const KINDS = Object.keys(MESSAGE_KINDS) as MessageKind[];

/** Turns a message's model into subject, HTML and text by the product's own templates. */
export class Renderer {
  readonly #templates: Record<Locale, Record<MessageKind, (values: MailValues) => MailParts>>;

  /**
   * Proves every template on its sample, so that a broken one stops the process at its start.
   * @throws Error naming the template at fault
   */
  constructor(readonly mails: BuiltInMails = new BuiltInMails()) {
    this.#templates = Object.fromEntries(
      LOCALES.map((locale) => {
        const language = new MailLanguage(locale);
        return [
          locale,
          Object.fromEntries(KINDS.map((kind) => [kind, this.#prepare(language, kind, locale)])),
        ];
      }),
    ) as Record<Locale, Record<MessageKind, (values: MailValues) => MailParts>>;
  }

  /**
   * Renders one mail.
   * @throws Error when the model does not fit its schema or a template names what the model lacks
   */
  render<K extends MessageKind>(kind: K, model: MessageModel<K>, place: MailPlace): MailParts {
    return this.#templates[place.locale][kind](this.mails.values(kind, model, place));
  }

  #prepare(language: MailLanguage, kind: MessageKind, locale: Locale) {
    const source = this.mails.source(kind, locale);
    for (const [part, template] of Object.entries(source)) {
      if (UNESCAPED.test(template)) {
        throw new Error(`The ${part} of ${kind} (${locale}) prints a value without escaping it`);
      }
    }
    const render = language.compile(source);
    try {
      render(this.mails.values(kind, this.mails.sample(kind), { locale, timeZone: 'UTC' }));
    } catch (cause) {
      const { message } = cause as Error;
      throw new Error(`The template ${kind} (${locale}) does not render its sample: ${message}`, { cause });
    }
    return render;
  }
}
