import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import {
  canonicalUsername,
  DisplayName,
  EmailAddress,
  PageQuery,
  PracticeIdField,
  TimeZone,
  TypedUsername,
  Username,
} from './fields.js';

const accepts = (schema: z.ZodType, value: unknown) => schema.safeParse(value).success;

describe('a username', () => {
  it('is folded before it is judged, so that look-alikes meet the same rule', () => {
    expect(Username.parse('Ada.Byron')).toBe('ada.byron');
    expect(Username.parse('ａｄａ')).toBe('ada');
  });

  it.each(['', '.ada', '-ada', 'a b', 'ada@practice.example', 'ad\u0430', 'a'.repeat(64), 'ada\n'])(
    'is not %j',
    (typed) => expect(accepts(Username, typed)).toBe(false),
  );

  it('is the same however often it is folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (typed) => {
        expect(canonicalUsername(canonicalUsername(typed))).toBe(canonicalUsername(typed));
      }),
    );
  });

  it('that cannot be one is accepted at sign-in, where it is simply nobody’s', () => {
    expect(TypedUsername.parse('Not A Username')).toBe('not a username');
  });
});

describe('an email address', () => {
  it('keeps its local part and folds its domain', () => {
    expect(EmailAddress.parse('Ada@Practice.Example')).toBe('Ada@practice.example');
  });

  it.each([
    'ada@practice.example, eve@evil.example',
    'ada@practice.example\r\nBcc: eve@evil.example',
    'Ada <ada@practice.example>',
    '"a b"@practice.example',
    'ada@localhost',
    'ada@[127.0.0.1]',
    '=?utf-8?q?ada=40evil.example=2C?=@practice.example',
    '.ada@practice.example',
    'ada..b@practice.example',
    'ada@-practice.example',
    `${'a'.repeat(65)}@practice.example`,
    'ad\u0430@practice.example',
    'ada@practice.example ',
  ])('is not %j', (typed) => expect(accepts(EmailAddress, typed)).toBe(false));

  it('is judged in bounded time whatever is sent', () => {
    const started = performance.now();
    fc.assert(fc.property(fc.string({ maxLength: 5000 }), (typed) => void accepts(EmailAddress, typed)));
    accepts(EmailAddress, `${'a.'.repeat(120)}@`);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

describe('a line of free text', () => {
  it('is trimmed and composed', () => {
    expect(DisplayName.parse('  Zoe\u0308 Brandt ')).toBe('Zoë Brandt');
  });

  it('holds nothing that breaks a line or turns the reading direction', () => {
    const control = fc.constantFrom('\n', '\r', '\t', '\0', '\u0085', '\u2028', '\u2029', '\u202e', '\u2066');
    fc.assert(
      fc.property(fc.string(), control, fc.string(), (before, char, after) => {
        expect(accepts(DisplayName, `x${before}${char}${after}x`)).toBe(false);
      }),
    );
  });

  it.each(['', '   ', 'x'.repeat(121)])('is neither empty nor endless: %.10j', (typed) =>
    expect(accepts(DisplayName, typed)).toBe(false),
  );
});

describe('a Practice ID in a request', () => {
  it('is forgiven its case, spaces and hyphens and becomes canonical', () => {
    expect(PracticeIdField.parse(' 12345 6789h')).toBe('123456789H');
  });

  it('with one wrong symbol is told apart from a wrong type by its own code', () => {
    const issue = PracticeIdField.safeParse('12345-67890').error?.issues[0];
    expect(issue).toMatchObject({ params: { code: 'practice_id' } });
    expect(issue?.message).not.toContain('12345');
  });
});

it.each([
  ['Europe/Madrid', true],
  ['UTC', true],
  ['Mars/Olympus', false],
  ['../../etc/passwd', false],
])('%s as a time zone: %s', (zone, right) => expect(accepts(TimeZone, zone)).toBe(right));

it('a page has 1 to 200 items, 50 unless told', () => {
  expect(PageQuery.limit.parse(undefined)).toBe(50);
  expect(PageQuery.limit.parse('200')).toBe(200);
  for (const wrong of ['0', '201', '1.5', 'many', '-1']) expect(accepts(PageQuery.limit, wrong)).toBe(false);
});
