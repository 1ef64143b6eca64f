import crypto, { createHmac, randomUUID } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lengthPrefixed } from './digest.js';
import { KeyRing } from './key-ring.js';
import {
  type CredentialRow,
  credentialMatches,
  credentialVerifier,
  deriveCredential,
  newNonce,
  normaliseCredential,
} from './temporary-credential.js';

const fixed = KeyRing.parse(
  `e1:${Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64')}`,
);
const keys = KeyRing.parse(KeyRing.generate());
const seed = () => ({
  practiceId: randomUUID(),
  userId: randomUUID(),
  credentialId: randomUUID(),
  nonce: newNonce(),
  epoch: keys.currentId,
});

function issue(): { row: CredentialRow; shown: string } {
  const { practiceId, userId, credentialId, ...rest } = seed();
  const subject = { practiceId, userId, credentialId, keyId: keys.currentId };
  const shown = deriveCredential(keys, { ...subject, ...rest }).reveal();
  const verifier = credentialVerifier(keys, subject, normaliseCredential(shown) ?? '');
  return { row: { ...subject, verifier }, shown };
}

describe('deriving', () => {
  test('the derivation never changes, or a retry after an upgrade would send another credential', () => {
    const ids = { practiceId: 'p', userId: 'u', credentialId: 'c' };
    const credential = deriveCredential(fixed, { ...ids, nonce: Buffer.alloc(16, 1), epoch: 'e1' }).reveal();
    expect(credential).toBe('869HN-97JJY-VXNTP-V6MP5-9HSJCZ');
    const verifier = credentialVerifier(
      fixed,
      { ...ids, keyId: 'e1' },
      normaliseCredential(credential) ?? '',
    );
    expect(verifier.toString('hex')).toBe('e39c968c84419139018e2b5c969d5e4aa485b068d48570e796a0ef4195a090b5');
  });

  test('the 26 symbols are the first 130 bits of the HMAC', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (nonce) => {
        const from = { ...seed(), nonce };
        const message = lengthPrefixed(from.practiceId, from.userId, from.credentialId, nonce);
        const mac = createHmac('sha256', keys.derive('credential-issue')).update(message).digest('hex');
        const bits = (BigInt(`0x${mac}`) >> 126n).toString(2).padStart(130, '0');
        const expected = bits
          .match(/.{5}/g)
          ?.map((five) => '0123456789ABCDEFGHJKMNPQRSTVWXYZ'[parseInt(five, 2)]);
        expect(normaliseCredential(deriveCredential(keys, from).reveal())).toBe(expected?.join(''));
      }),
    );
  });

  test('the same row gives the same credential, any other row another one', () => {
    const from = seed();
    const text = deriveCredential(keys, from).reveal();
    expect(deriveCredential(keys, { ...from }).reveal()).toBe(text);
    expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{5}-){4}[0-9A-HJKMNP-TV-Z]{6}$/);
    const other = randomUUID();
    for (const change of [
      { practiceId: other },
      { userId: other },
      { credentialId: other },
      { nonce: newNonce() },
    ]) {
      expect(deriveCredential(keys, { ...from, ...change }).reveal()).not.toBe(text);
    }
  });

  test('a wrong nonce or an unknown epoch makes no credential', () => {
    expect(() => deriveCredential(keys, { ...seed(), nonce: Buffer.alloc(0) })).toThrow(RangeError);
    expect(() => deriveCredential(keys, { ...seed(), epoch: 'gone' })).toThrow('key id');
  });
});

describe('what a person types', () => {
  test('is read whatever its case, spacing and look-alikes', () => {
    const { shown } = issue();
    const canonical = shown.replaceAll('-', '');
    const mangle = fc.array(fc.constantFrom('', '', ' ', '-', '–', '\u00a0', '\u200b'), {
      minLength: 26,
      maxLength: 26,
    });
    fc.assert(
      fc.property(
        mangle,
        fc.boolean(),
        fc.constantFrom('1', 'I', 'l', 'L', 'i'),
        fc.constantFrom('0', 'O', 'o'),
        (gaps, lower, i, o) => {
          const typed = Array.from(canonical, (symbol, at) => gaps[at] + symbol).join('');
          const cased = (lower ? typed.toLowerCase() : typed).replaceAll('1', i).replaceAll('0', o);
          expect(normaliseCredential(cased)).toBe(canonical);
        },
      ),
    );
  });

  test.each([
    '',
    'correct horse battery staple',
    '0'.repeat(25),
    '0'.repeat(27),
    `${'0'.repeat(25)}U`,
    ' '.repeat(1e6),
    `${'0'.repeat(25)}é`,
  ])('is not taken for a credential: %.40s', (typed) => expect(normaliseCredential(typed)).toBeNull());
});

describe('checking', () => {
  test('the mailed credential matches its own row only', () => {
    const [mine, theirs] = [issue(), issue()];
    expect(credentialMatches(keys, mine.row, mine.shown)).toBe(true);
    expect(credentialMatches(keys, mine.row, mine.shown.toLowerCase().replaceAll('-', ' '))).toBe(true);
    expect(credentialMatches(keys, theirs.row, mine.shown)).toBe(false);
    for (const id of ['practiceId', 'userId', 'credentialId'] as const) {
      expect(credentialMatches(keys, { ...mine.row, [id]: theirs.row[id] }, mine.shown)).toBe(false);
    }
  });

  test('a damaged verifier or a retired root matches nothing', () => {
    const { row, shown } = issue();
    expect(credentialMatches(keys, { ...row, verifier: Buffer.alloc(0) }, shown)).toBe(false);
    expect(credentialMatches(keys, { ...row, verifier: row.verifier.subarray(0, 16) }, shown)).toBe(false);
    expect(credentialMatches(keys, { ...row, keyId: 'gone' }, shown)).toBe(false);
  });

  test('text that cannot be a credential matches nothing, not even the stand-in it is compared as', () => {
    const { row } = issue();
    const standIn = { ...row, verifier: credentialVerifier(keys, row, '0'.repeat(26)) };
    expect(credentialMatches(keys, standIn, '0'.repeat(26))).toBe(true);
    expect(credentialMatches(keys, standIn, 'no credential')).toBe(false);
  });

  test('every branch computes exactly one HMAC', () => {
    const { row, shown } = issue();
    const cases: [CredentialRow | null, string, boolean][] = [
      [row, shown, true],
      [row, issue().shown, false],
      [row, 'no credential', false],
      [null, shown, false],
      [null, 'no credential', false],
      [{ ...row, keyId: 'gone' }, shown, false],
    ];
    const computed = vi.spyOn(crypto, 'createHmac');
    syncBuiltinESMExports();
    onTestFinished(() => {
      computed.mockRestore();
      syncBuiltinESMExports();
    });
    for (const [stored, typed, expected] of cases) {
      computed.mockClear();
      expect(credentialMatches(keys, stored, typed)).toBe(expected);
      expect(computed).toHaveBeenCalledTimes(1);
    }
  });

  test('a verifier is made from the normalised form only', () => {
    const { row, shown } = issue();
    expect(() => credentialVerifier(keys, row, shown)).toThrow(TypeError);
  });
});
