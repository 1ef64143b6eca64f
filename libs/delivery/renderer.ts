import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import Handlebars from 'handlebars';
import { checkModel, MESSAGE_KINDS, type MessageKind, type MessageModel } from './messages.js';
import { singleLine, type Values, withoutAutolinks } from './plain-values.js';

/** A mail's three parts, ready to be sent; the subject is one line. */
export interface RenderedMessage {
  subject: string;
  html: string;
  text: string;
}

type Part = keyof RenderedMessage;
type Template = (values: Values) => string;

// No `{{{x}}}`, `{{&x}}` or raw block, with or without the whitespace mark: each would print without escaping.
const UNESCAPED = /\{\{~?[{&]/;

const DISJUNCTION = new Intl.ListFormat('en', { type: 'disjunction' });

const COMPILE: CompileOptions = {
  strict: true,
  knownHelpersOnly: true,
  // `lookup` reaches what no schema names, and `log` would print a credential.
  knownHelpers: { either: true, equals: true, log: false, lookup: false },
  preventIndent: true,
};
const RUN: Handlebars.RuntimeOptions = {
  allowProtoMethodsByDefault: false,
  allowProtoPropertiesByDefault: false,
};

/** Turns a message's model into subject, HTML and text by the Handlebars files under `templates/`. */
export class Renderer {
  // An instance of our own: a helper or partial registered elsewhere in the process must not reach a mail.
  readonly #handlebars = Handlebars.create();
  readonly #templates: Record<MessageKind, Record<Part, Template>>;

  /**
   * Loads every template and proves it on its sample, so that a broken one stops the process at its start.
   * @throws Error naming the template at fault
   */
  constructor(readonly folder: string = templatesFolder()) {
    this.#handlebars.registerHelper('either', either);
    this.#handlebars.registerHelper('equals', (one: unknown, other: unknown) => one === other);
    this.#partial('layout', '_layout/layout.html.hbs', false);
    this.#partial('credential', '_layout/credential.html.hbs', false);
    this.#partial('footer', '_layout/footer.text.hbs', true);
    this.#templates = Object.fromEntries(
      Object.keys(MESSAGE_KINDS).map((kind) => [
        kind,
        {
          subject: this.#compile(`${kind}/subject.hbs`, true),
          html: this.#compile(`${kind}/html.hbs`, false),
          text: this.#compile(`${kind}/text.hbs`, true),
        },
      ]),
    ) as Record<MessageKind, Record<Part, Template>>;
    for (const kind of Object.keys(MESSAGE_KINDS) as MessageKind[]) this.#prove(kind);
  }

  /**
   * Renders one mail.
   * @throws Error when the model does not fit its schema or a template names what the model lacks
   */
  render<K extends MessageKind>(kind: K, model: MessageModel<K>): RenderedMessage {
    const checked = checkModel(kind, model);
    const values = singleLine(checked as Values);
    const { subject, html, text } = this.#templates[kind];
    const line = headerLine(subject(values));
    return {
      subject: line,
      html: html({
        ...withoutAutolinks(values),
        subject: line,
        supportHref: supportHref(checked.supportContact),
      }),
      text: tidy(text(values)),
    };
  }

  /** The model a kind's templates are shown with in previews and proved with at load. */
  sample<K extends MessageKind>(kind: K): MessageModel<K> {
    return checkModel(kind, JSON.parse(this.#read(`${kind}/sample.json`)));
  }

  #prove(kind: MessageKind): void {
    try {
      this.render(kind, this.sample(kind));
    } catch (error) {
      throw new Error(`The template ${kind} does not render its sample: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #compile(path: string, noEscape: boolean): Template {
    const template = this.#handlebars.compile<Values>(this.#source(path), { ...COMPILE, noEscape });
    return (values) => template(values, RUN);
  }

  #partial(name: string, path: string, noEscape: boolean): void {
    this.#handlebars.registerPartial(
      name,
      this.#handlebars.compile(this.#source(path), { ...COMPILE, noEscape }),
    );
  }

  #source(path: string): string {
    const source = this.#read(path);
    if (UNESCAPED.test(source)) throw new Error(`The template ${path} prints a value without escaping it`);
    return source;
  }

  #read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }
}

/** `templates/` of this package, whether the code runs from its sources or from `dist/`. */
function templatesFolder(): string {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the renderer: where are the templates?');
  return join(dirname(manifest), 'templates');
}

/** Names to choose from: `Ana Ruiz, Tom Berg, or Lee Chan`; at most five, a mail is no directory. */
function either(names: readonly string[]): string {
  const shown = names.length > 5 ? [...names.slice(0, 5), 'another administrator'] : names;
  return DISJUNCTION.format(shown);
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

function supportHref(contact: string): string | null {
  if (/^https?:\/\/\S+$/i.test(contact) && URL.canParse(contact)) return contact;
  if (/^tel:\S+$/i.test(contact)) return contact;
  return /^[^\s@]+@[^\s@]+$/.test(contact) ? `mailto:${contact}` : null;
}
