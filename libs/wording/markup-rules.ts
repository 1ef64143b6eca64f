import { type Piece, TemplateFault } from './template-rules.js';

const TAGS = new Set(
  'a b blockquote br code div em h1 h2 h3 hr i li ol p small span strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
);
const VOID = new Set(['br', 'hr']);
const CLASSES = /^(?:exact|credential|fact)(?: (?:exact|credential|fact))*$/;
/** What an attribute may hold, by tag. Values of the mail never: but for the one link below. */
const ATTRIBUTES: Record<string, (tag: string, value: string) => boolean> = {
  class: (_, value) => CLASSES.test(value),
  dir: (_, value) => /^(?:ltr|rtl)$/.test(value),
  lang: (_, value) => /^[a-z]{2}(?:-[A-Z]{2})?$/.test(value),
  scope: (tag, value) => tag === 'th' && /^(?:row|col)$/.test(value),
  // A value in an address would be carried to whoever serves it.
  href: (tag, value) => tag === 'a' && /^(?:https:\/\/[^\s]+|mailto:[^\s]+|tel:[\d+ ()-]+)$/.test(value),
};
const TAG = /^<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*) ?(\/?)>/;
const ATTRIBUTE = / ([a-z]+)="([^"<>]*)"/g;
/** Stands for a value while the text around it is read; no template can hold it. */
const VALUE = '\uE000';
const CONSOLE_LINK = `<a href="${VALUE}">`;

/**
 * Holds a practice's HTML to a language so small that every mail program reads it alike: each `<` begins a
 * tag of exactly one form. Nothing is repaired, what is anything else is refused: sanitizers fail where two
 * parsers disagree. Every branch of every block closes what it opens, so none can close our layout.
 * @throws TemplateFault
 */
export function checkMarkup(pieces: readonly Piece[]): void {
  let text = '';
  const names: string[] = [];
  for (const piece of pieces) {
    if (piece.is === 'content') {
      if (piece.text.includes(VALUE)) throw refused(VALUE, 'this character is not text');
      text += piece.text;
    } else if (piece.is === 'value') {
      text += VALUE;
      names.push(piece.name);
    } else {
      for (const branch of piece.branches) checkMarkup(branch);
      // A block stands where text may stand: like a value in text.
      text += VALUE;
      names.push('');
    }
  }
  balance(text, names);
}

function balance(text: string, names: string[]): void {
  const open: string[] = [];
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === VALUE) value += 1;
    if (text[at] === '>') throw refused('>', 'write &gt; where you mean the sign');
    if (text[at] !== '<') continue;
    const rest = text.slice(at);
    if (rest.startsWith(CONSOLE_LINK) && names[value] === 'consoleUrl') {
      open.push('a');
      value += 1;
      at += CONSOLE_LINK.length - 1;
      continue;
    }
    const [whole, closing, tag = '', attributes = ''] = TAG.exec(rest) ?? [];
    if (!whole) throw refused(rest.slice(0, 20).replaceAll(VALUE, '{{…}}'), SHAPE);
    if (!TAGS.has(tag)) throw refused(`<${tag}>`, `allowed are ${[...TAGS].join(', ')}`);
    if (closing) {
      if (open.pop() !== tag || attributes) throw refused(`</${tag}>`, 'it closes what is not open here');
    } else {
      checkAttributes(tag, attributes);
      if (!VOID.has(tag)) open.push(tag);
    }
    at += whole.length - 1;
  }
  if (open.length > 0) throw refused(`<${open.at(-1)}>`, 'it is not closed where it was opened');
}

const SHAPE =
  'write tags in lower case, attributes in double quotes, {{values}} in the text between tags (a link may be href="{{consoleUrl}}"), and &lt; where you mean the sign';

function checkAttributes(tag: string, attributes: string): void {
  for (const [, name = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
    const known = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (value.includes(VALUE)) throw refused(`${name} of <${tag}>`, SHAPE);
    if (!known?.(tag, value)) {
      throw refused(
        `${name} of <${tag}>`,
        'allowed are class (exact, credential, fact), dir, lang, scope of <th>, and href of <a> with https:, mailto: or tel:',
      );
    }
  }
}

function refused(what: string, why: string): TemplateFault {
  return new TemplateFault('not_allowed', `${what} cannot stand here: ${why}`);
}
