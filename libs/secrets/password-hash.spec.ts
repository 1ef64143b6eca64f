import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { Argon2Threads, unmatchablePhc } from './argon2-threads.js';
import { KeyRing } from './key-ring.js';
import { type Owner, PasswordHash } from './password-hash.js';

const old = KeyRing.generate();
const threads = new Argon2Threads(2);
const hashes = new PasswordHash(threads, KeyRing.parse(old));
const owner: Owner = { practiceId: randomUUID(), userId: randomUUID(), use: 'password' };
const password = 'pass\u0065\u0301 phrase, 15+';
const stored = await hashes.protect(password, owner);

const runs = vi.spyOn(threads, 'verify');
afterEach(() => runs.mockClear());
afterAll(() => threads.close());

describe('verifying', () => {
  test('the password, and no other, is accepted', async () => {
    expect(await hashes.verify(password, stored, owner)).toBe(true);
    expect(await hashes.verify(`${password} `, stored, owner)).toBe(false);
    expect(await hashes.verify(password.toUpperCase(), stored, owner)).toBe(false);
    expect(await hashes.verify('', stored, owner)).toBe(false);
  });

  test('the same text in another Unicode form is the same password', async () => {
    expect(await hashes.verify(password.normalize('NFC'), stored, owner)).toBe(true);
  });

  test('the whole password counts, NUL and 128 characters outside the BMP included', async () => {
    const long = `a\0${'\u{1f511}'.repeat(126)}`;
    const sealed = await hashes.protect(long, owner);
    expect(await hashes.verify(long, sealed, owner)).toBe(true);
    expect(await hashes.verify(long.slice(0, -2), sealed, owner)).toBe(false);
    expect(await hashes.verify('a', sealed, owner)).toBe(false);
  });

  test('a row moved to another user, practice or use fails closed, after the same work', async () => {
    const foreign: Owner[] = [
      { ...owner, userId: randomUUID() },
      { ...owner, practiceId: randomUUID() },
      { ...owner, use: 'security-answer' },
      { ...owner, practiceId: owner.userId, userId: owner.practiceId },
    ];
    for (const other of foreign) expect(await hashes.verify(password, stored, other)).toBe(false);
    expect(runs).toHaveBeenCalledTimes(foreign.length);
  });

  test.each([
    ['nothing stored', null],
    ['an empty form', ''],
    ['a bare PHC string', unmatchablePhc()],
    ['a damaged form', `${stored.slice(0, -1)}${stored.endsWith('A') ? 'B' : 'A'}`],
    ['a form under a retired root', stored.replace('k1', 'k9')],
  ])('%s costs one argon2id run and is refused', async (_, form) => {
    expect(await hashes.verify(password, form, owner)).toBe(false);
    expect(runs).toHaveBeenCalledTimes(1);
    expect(runs.mock.calls[0]?.[0]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

describe('storing', () => {
  test('the stored form names its root and shows neither hash nor salt', async () => {
    expect(stored).toMatch(/^k1\.[\w-]+$/);
    expect(Buffer.from(stored.slice(3), 'base64url').toString('latin1')).not.toContain('argon2');
    expect(await hashes.protect(password, owner)).not.toBe(stored);
  });

  test('a PHC string computed before is sealed for its owner, anything else is not', async () => {
    const sealed = hashes.seal(await threads.hash('seeded password'), owner);
    expect(await hashes.verify('seeded password', sealed, owner)).toBe(true);
    expect(() => hashes.seal('seeded password', owner)).toThrow(TypeError);
  });
});

describe('after a rotation', () => {
  const next = KeyRing.generate().replace('k1', 'k2');
  const rotated = new PasswordHash(threads, KeyRing.parse(`${next},${old}`));
  const anew = rotated.sealAnew(stored, owner) ?? '';

  test('the old form still verifies, and the same hash sealed anew needs the old root no more', async () => {
    expect(await rotated.verify(password, stored, owner)).toBe(true);
    expect(anew).toMatch(/^k2\./);
    const retired = new PasswordHash(threads, KeyRing.parse(next));
    expect(await retired.verify(password, anew, owner)).toBe(true);
    expect(await retired.verify(password, stored, owner)).toBe(false);
  });

  test('nothing is sealed anew that is under the current root, another’s, or under a root that is gone', () => {
    expect(hashes.sealAnew(stored, owner)).toBeNull();
    expect(rotated.sealAnew(anew, owner)).toBeNull();
    expect(rotated.sealAnew(stored, { ...owner, userId: randomUUID() })).toBeNull();
    expect(new PasswordHash(threads, KeyRing.parse(next)).sealAnew(stored, owner)).toBeNull();
  });

  test('a form sealed anew is the same password; the same text set again, or another’s, is not', async () => {
    expect(rotated.isSame(stored, anew, owner)).toBe(true);
    expect(rotated.isSame(stored, await rotated.protect(password, owner), owner)).toBe(false);
    expect(rotated.isSame(stored, anew, { ...owner, use: 'security-answer' })).toBe(false);
  });
});
