import type { MailValues } from './mail-language.js';
import type { Values } from './plain-values.js';

/** What can be one way or another in a mail: a template must hold in every case. */
const CASES: Record<string, readonly Values[string][]> = {
  askedBy: [{ kind: 'self_service' }, { kind: 'administrator', name: '' }, { kind: 'support' }],
  about: [{ kind: 'recipient' }, { kind: 'other', name: '' }],
  administrators: [[], ['']],
  sourceAddress: [null, ''],
  reply: [null, ''],
  mail: ['welcome', 'temporary_password', 'notice'],
  others: [[], ['']],
  more: [0, 1],
  change: ['appointed', 'withdrawn'],
};
const SAID_AS_IT_IS = new Set(['kind', 'mail', 'change']);

/**
 * Values for every case that a kind's mail knows. Each is a mark that nobody types, so that what a template
 * prints can be told from what it merely says.
 */
export function proofsOf(sample: object): MailValues[] {
  const cases = Object.keys(sample).reduce<Values[]>(
    (models, name) =>
      models.flatMap((model) =>
        (CASES[name] ?? [model[name] ?? null]).map((value) => ({ ...model, [name]: value })),
      ),
    [sample as Values],
  );
  return cases.map((model) => {
    const plain = marked(model, '');
    return { plain, markup: { ...plain, supportHref: null } };
  });
}

function marked(values: Values, path: string): Values {
  const mark = (value: Values[string], name: string): Values[string] => {
    if (typeof value === 'string') return SAID_AS_IT_IS.has(name) ? value : `\u27E6${path}${name}\u27E7`;
    if (Array.isArray(value)) return value.map((item: Values[string]) => mark(item, name));
    if (value !== null && typeof value === 'object') return marked(value as Values, `${path}${name}.`);
    return value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, mark(value, name)]));
}
