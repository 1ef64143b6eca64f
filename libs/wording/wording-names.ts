import type { MessageKind } from './messages.js';
import { type Shape, shapeOf } from './model-shape.js';

/** What templates of a kind may name: values to print or to ask for, and lists. */
export interface Names {
  values: ReadonlySet<string>;
  lists: ReadonlySet<string>;
}

/** What one value can be; a truth is there to be asked for. */
const PLAIN = new Set(['string', 'integer', 'boolean']);

/** Values that a subject must not show: it is read over shoulders, on locked screens and in logs. */
const NOT_IN_SUBJECT = new Set(['credential', 'practiceId']);

/** Read from the schema of the kind's model, so that what a mail knows can be named, and nothing else. */
export function namesOf(kind: MessageKind): Names {
  const names = { values: new Set<string>(), lists: new Set<string>() };
  const visit = (shape: Shape, path: string): void => {
    for (const variant of [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])]) visit(variant, path);
    if (shape.type === 'object') {
      for (const [key, inner] of Object.entries(shape.properties ?? {}))
        visit(inner, path ? `${path}.${key}` : key);
    } else if (shape.type === 'array') {
      names.lists.add(path);
      for (let index = 0; index < (shape.minItems ?? 0); index += 1) names.values.add(`${path}.${index}`);
    } else if (PLAIN.has(shape.type ?? '')) {
      names.values.add(path);
    }
  };
  visit(shapeOf(kind), '');
  return names;
}

/** The same without what no subject may show. */
export function namesForSubject({ values, lists }: Names): Names {
  return { values: new Set([...values].filter((name) => !NOT_IN_SUBJECT.has(name))), lists };
}
