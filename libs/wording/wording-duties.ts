import type { MailParts } from './mail-language.js';
import type { MessageKind } from './messages.js';

/** What a mail does not say although it must. */
export interface MissingDuty {
  part: 'html' | 'text';
  message: string;
}

/** Lines of the text that programs read, in every language: nobody translates them. */
const LINES = {
  practiceId: { label: 'Practice ID:', where: 'same' },
  username: { label: 'Username:', where: 'same' },
  credential: { label: 'Temporary password:', where: 'next' },
} as const;
type LineName = keyof typeof LINES;

/** What a kind is for: without this it would leave its reader stranded, or hide what it must disclose. */
const DUTIES: Partial<Record<MessageKind, { lines?: readonly LineName[]; values: readonly string[] }>> = {
  'practice-welcome': { lines: ['practiceId', 'username'], values: ['practiceId', 'username'] },
  'member-welcome': { lines: ['username', 'credential'], values: ['username', 'credential'] },
  'temporary-credential': { lines: ['credential'], values: ['credential'] },
  'delivery-failed': { lines: ['username'], values: ['username', 'person'] },
  'email-changed': { values: ['newAddress'] },
  'administrator-changed': { values: ['changedBy'] },
  'support-grant-approved': { values: ['due'] },
  'audit-keeping-changed': { values: ['changedBy'] },
};

/** How each line must stand, for whoever writes a template. */
export function dutiesOf(kind: MessageKind): { lines: string[]; values: readonly string[] } {
  const { lines = [], values = [] } = DUTIES[kind] ?? {};
  return { lines: lines.map(spelled), values };
}

/** Compares a rendered mail with what it was rendered from, as it is in plain text and in markup. */
export function missingIn(
  kind: MessageKind,
  mail: Pick<MailParts, 'html' | 'text'>,
  values: { plain: object; markup: object },
): MissingDuty[] {
  const { lines = [], values: names = [] } = DUTIES[kind] ?? {};
  const text = mail.text.split('\n');
  const missing: MissingDuty[] = [];
  for (const name of Object.keys(LINES) as LineName[]) {
    const said = text.flatMap((line, index) => (begins(line, name) ? [[line, text[index + 1] ?? '']] : []));
    const wanted = lines.includes(name) ? [spelledWith(name, valueOf(values.plain, name))] : [];
    const found = said.map(([line, next]) => (LINES[name].where === 'same' ? `${line}` : `${line}\n${next}`));
    if (found.join('\n\n') !== wanted.join('\n\n'))
      missing.push({ part: 'text', message: explain(name, lines) });
  }
  for (const name of names) {
    const isLine = lines.some((line) => line === name);
    if (!isLine && !mail.text.includes(valueOf(values.plain, name))) missing.push(absent('text', name));
    if (!mail.html.includes(escaped(valueOf(values.markup, name)))) missing.push(absent('html', name));
  }
  return missing;
}

const valueOf = (of: object, name: string): string => String((of as Record<string, unknown>)[name]);

const begins = (line: string, name: LineName): boolean => line.trimStart().startsWith(LINES[name].label);

const spelledWith = (name: LineName, value: string): string =>
  `${LINES[name].label}${LINES[name].where === 'same' ? ' ' : '\n'}${value}`;

const spelled = (name: LineName): string => spelledWith(name, `{{${name}}}`);

function explain(name: LineName, wanted: readonly LineName[]): string {
  const { label, where } = LINES[name];
  if (!wanted.includes(name)) return `No line of this mail may begin with “${label}”: programs read it`;
  return where === 'same'
    ? `“${spelled(name)}” must stand on one line of its own, once, outside of every {{#if}}`
    : `“${label}” must stand alone on one line, once, and {{${name}}} alone on the next, outside of every {{#if}}`;
}

const absent = (part: 'html' | 'text', name: string): MissingDuty => ({
  part,
  message: `{{${name}}} must be printed, outside of every {{#if}}`,
});

/** As Handlebars escapes. */
const escaped = (text: string): string =>
  text.replace(
    /[&<>"'`=]/g,
    (sign) =>
      ({
        '&': '&amp;',
        '<': '&lt;',
        '>': '&gt;',
        '"': '&quot;',
        "'": '&#x27;',
        '`': '&#x60;',
        '=': '&#x3D;',
      })[sign] ?? sign,
  );
