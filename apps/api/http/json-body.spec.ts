import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Problem } from '#runtime';
import { parseJson } from './json-body.js';

const parse = (text: string) => parseJson(Buffer.from(text));
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a JSON body', () => {
  it('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        fc.pre(text.isWellFormed() && !text.includes('__proto__'));
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['a name twice', '{"a":1,"a":2}'],
    ['a name twice, once escaped', '{"a":1,"\\u0061":2}'],
    ['a name twice, deep inside', '{"x":[{"b":{"a":1, "c":{"a":1}, "a" : 2}}]}'],
    ['__proto__', '{"__proto__":{"admin":true}}'],
    ['__proto__, escaped', '{"\\u005f_proto__":1}'],
    ['half a surrogate pair', '{"a":"\\ud800"}'],
    ['half a surrogate pair in a name', '{"\\udc00":1}'],
    ['33 levels', nested(33)],
    ['30,000 levels', nested(30_000)],
    ['nothing', ''],
    ['no JSON', '{a:1}'],
    ['two values', '{} {}'],
    ['NaN', '{"a":NaN}'],
  ])('is refused with %s', (_what, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'malformed_body' }));
  });

  it('is refused in another encoding than UTF-8', () => {
    for (const bytes of [
      Buffer.from('{"a":"é"}', 'latin1'),
      Buffer.from('{"a":1}', 'utf16le'),
      Buffer.of(0x22, 0xed, 0xa0, 0x80, 0x22),
    ]) {
      expect(() => parseJson(bytes)).toThrow(Problem);
    }
  });

  it.each([
    ['the same name in two objects', '{"a":{"a":1},"b":[{"a":1},{"a":2}]}'],
    ['a text like a name', '{"a":"a","b":"a:"}'],
    ['brackets and quotes in a text', '{"a":"}{][\\"","b":"\\\\"}'],
    ['a whole surrogate pair', '{"a":"\\ud83d\\udd11"}'],
    ['constructor, which is refused as unknown', '{"constructor":{"prototype":{}}}'],
    ['32 levels', nested(32)],
  ])('is taken with %s', (_what, text) => {
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});
