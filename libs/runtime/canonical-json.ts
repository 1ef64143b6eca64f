/** A value that has one byte representation in RFC 8785 form, given that its numbers are integers. */
export type Canonical = string | number | boolean | null | Canonical[] | { [key: string]: Canonical };

/**
 * JSON with sorted keys and no white space (RFC 8785, JSON Canonicalization Scheme; ECMAScript's own
 * serialisation of strings and numbers is the one that the RFC prescribes).
 */
export function canonicalJson(value: Canonical): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] as Canonical)}`);
  return `{${members.join(',')}}`;
}
