/** A message's model as the templates see it: names with strings, lists of strings, or one such object deeper. */
export type Values = { [name: string]: Value };
type Value = string | number | boolean | null | readonly Value[] | Values;

// What people typed freely. Usernames, addresses and the credential are copied by hand and stay untouched.
const TYPED_BY_PEOPLE = new Set([
  'practiceName',
  'displayName',
  'administrators',
  'addedBy',
  'changedBy',
  'person',
  'name',
  'reply',
  'reason',
  'operators',
]);
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
// Bidirectional controls (Unicode TR 36 §2.5) make a text read as another one.
const DIRECTION = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g;
const ZERO_WIDTH_NON_JOINER = '\u200C';

/** The same values on one line each: a name with a line break could forge a line that programs read. */
export function singleLine(values: Values): Values {
  return mapStrings(values, (text) => text.replace(DIRECTION, '').replace(BREAKS, ' ').trim());
}

/**
 * The same values with what looks like a web address in a person's or practice's name broken up invisibly:
 * escaping stops markup, but mail programs make a bare `https://evil.test` clickable by themselves.
 */
export function withoutAutolinks(values: Values): Values {
  return mapStrings(values, (text, name) =>
    TYPED_BY_PEOPLE.has(name)
      ? text
          .replace(/:(?=\/\/)/g, `:${ZERO_WIDTH_NON_JOINER}`)
          .replace(/(?<=[\p{L}\p{N}])([.@])(?=[\p{L}\p{N}]{2})/gu, `$1${ZERO_WIDTH_NON_JOINER}`)
      : text,
  );
}

function mapStrings(values: Values, change: (text: string, name: string) => string): Values {
  const mapped = (value: Value, name: string): Value => {
    if (typeof value === 'string') return change(value, name);
    if (Array.isArray(value)) return value.map((item: Value) => mapped(item, name));
    if (value !== null && typeof value === 'object') return mapStrings(value as Values, change);
    return value;
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, mapped(value, name)]));
}
