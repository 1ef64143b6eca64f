import type { MailValues } from './mail-language.js';
import type { MessageKind } from './messages.js';
import { type Shape, shapeOf } from './model-shape.js';
import type { Values } from './plain-values.js';

type Value = Values[string];

/**
 * Values for every case that a kind's mail knows: a template must hold in each of them. Each text is a mark that
 * nobody types, so that what a template prints can be told from what it merely says.
 */
export function proofsOf(kind: MessageKind): MailValues[] {
  return objectsOf(shapeOf(kind), '').map((plain) => ({ plain, markup: { ...plain, supportHref: null } }));
}

/** Everything that one value can be; `path` is its name. */
function casesOf(shape: Shape, path: string): readonly Value[] {
  const variants = [...(shape.anyOf ?? []), ...(shape.oneOf ?? [])];
  if (variants.length > 0) return variants.flatMap((variant) => casesOf(variant, path));
  if (shape.const !== undefined) return [shape.const];
  if (shape.enum) return shape.enum;
  const mark = `\u27E6${path}\u27E7`;
  switch (shape.type) {
    case 'object':
      return objectsOf(shape, path);
    case 'array':
      return shape.minItems ? [Array<Value>(shape.minItems).fill(mark)] : [[], [mark]];
    case 'boolean':
      return [false, true];
    case 'integer':
      return [0, 1];
    case 'null':
      return [null];
    default:
      return [mark];
  }
}

const objectsOf = ({ properties = {} }: Shape, path: string): Values[] =>
  Object.entries(properties).reduce<Values[]>(
    (objects, [name, shape]) => {
      const cases = casesOf(shape, path ? `${path}.${name}` : name);
      return objects.flatMap((object) => cases.map((value) => ({ ...object, [name]: value })));
    },
    [{}],
  );
