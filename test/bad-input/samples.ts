import type { FieldSchema } from '../support/api-description.js';

/** What a field of this name holds in a good request. A new field is added here by whoever brings it. */
const TEXTS: Record<string, string> = {
  answer: 'Elm Street 12',
  changedBefore: '2026-01-01T00:00:00Z',
  currentPassword: 'not the password of anybody',
  displayName: 'Mara Quill',
  email: 'mara@elm.example',
  html: '<p>Hello</p>',
  key: 'front-desk',
  name: 'Elm Dental',
  newPassword: 'a quiet river under stars',
  password: 'not the password of anybody',
  practiceId: '2468A-CEGJ5',
  reason: 'Case 12',
  role: 'staff',
  roles: 'staff',
  securityAnswer: 'Elm Street 12',
  subject: 'Hello',
  text: 'Hello',
  ticket: 'k1.ticket',
  timeZone: 'Europe/Madrid',
  username: 'mara',
};

/** What a value is when it is there: that it may be absent is said as `[type, "null"]`. */
export const typeOf = ({ type }: FieldSchema): string => [type ?? ''].flat()[0] ?? '';

/** A value that the schema takes; of an object every field. */
export function sampleOf(schema: FieldSchema, name = ''): unknown {
  const type = typeOf(schema);
  if (schema.enum) return schema.enum[0];
  if (type === 'object') return membersOf(schema, (field, key) => sampleOf(field, key));
  if (type === 'array') return [sampleOf(schema.items ?? {}, name)];
  if (type === 'integer') return schema.minimum ?? 1;
  if (type === 'boolean') return false;
  const text = TEXTS[name];
  if (type !== 'string' || text === undefined) throw new Error(`No sample for ${name}: ${type}`);
  return text;
}

const membersOf = <T>({ properties = {} }: FieldSchema, make: (field: FieldSchema, key: string) => T) =>
  Object.fromEntries(Object.entries(properties).map(([key, field]) => [key, make(field, key)]));

/** Every field of a body, however deep, with its RFC 6901 pointer; the body itself is ''. */
export function fieldsOf(schema: FieldSchema, pointer = ''): { pointer: string; schema: FieldSchema }[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, field]) =>
    fieldsOf(field, `${pointer}/${key}`),
  );
  const items = schema.items ? fieldsOf(schema.items, `${pointer}/0`) : [];
  return [{ pointer, schema }, ...inner, ...items];
}

/** The body with one value in another's place. */
export function withValue(body: unknown, pointer: string, value: unknown): unknown {
  const [key, ...rest] = pointer.split('/').slice(1);
  if (key === undefined) return value;
  const inner = withValue(
    (body as Record<string, unknown>)[key],
    rest.map((part) => `/${part}`).join(''),
    value,
  );
  if (Array.isArray(body)) return body.with(Number(key), inner);
  return { ...(body as object), [key]: inner };
}
