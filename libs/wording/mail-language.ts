// Runs in worker threads too, from source under vitest: erasable TypeScript and this one import only.
import Handlebars from 'handlebars';

/** The three parts of a mail: as Handlebars, or rendered and ready to be sent. */
export interface MailParts {
  subject: string;
  html: string;
  text: string;
}

/** What is printed as it is, and the same for markup. */
export interface MailValues {
  plain: object;
  markup: object;
}

const COMPILE: CompileOptions = {
  strict: true,
  knownHelpersOnly: true,
  // `lookup` reaches what no schema names, and `log` would print a credential.
  knownHelpers: { either: true, list: true, equals: true, log: false, lookup: false },
  preventIndent: true,
};
const RUN: Handlebars.RuntimeOptions = {
  allowProtoMethodsByDefault: false,
  allowProtoPropertiesByDefault: false,
};

const MORE: Record<string, string> = { en: 'another administrator', es: 'otro administrador' };

/** Handlebars as mails of one language speak it: three helpers, no partials, no prototypes, no raw output. */
export class MailLanguage {
  // An instance of our own: a helper or partial registered elsewhere in the process must not reach a mail.
  readonly #handlebars = Handlebars.create();

  constructor(locale: string) {
    const disjunction = new Intl.ListFormat(locale, { type: 'disjunction' });
    // Names to choose from: `Ana Ruiz, Tom Berg, or Lee Chan`; at most five, a mail is no directory.
    this.#handlebars.registerHelper('either', (names: readonly string[]) =>
      disjunction.format(names.length > 5 ? [...names.slice(0, 5), MORE[locale] ?? '…'] : names),
    );
    const names = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });
    this.#handlebars.registerHelper('list', (all: readonly string[]) => names.format(all));
    this.#handlebars.registerHelper('equals', (one: unknown, other: unknown) => one === other);
  }

  /** @returns what renders a mail; it throws an error whose `part` says where */
  compile(source: MailParts): (values: MailValues) => MailParts {
    const part = (name: keyof MailParts, noEscape: boolean) => {
      const template = this.#handlebars.compile(source[name], { ...COMPILE, noEscape });
      return (values: object) => {
        try {
          return template(values, RUN);
        } catch (error) {
          throw Object.assign(error as Error, { part: name });
        }
      };
    };
    const [subject, html, text] = [part('subject', true), part('html', false), part('text', true)];
    return ({ plain, markup }) => {
      const line = headerLine(subject(plain));
      return { subject: line, html: html({ ...markup, subject: line }), text: tidy(text(plain)) };
    };
  }
}

/** RFC 5322 §2.2: a header holds no line break; the bound keeps a long practice name from filling it. */
function headerLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > 150 ? `${line.slice(0, 149).trimEnd()}…` : line;
}

function tidy(text: string): string {
  return `${text
    .replace(/[^\S\n]+$/gm, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}
