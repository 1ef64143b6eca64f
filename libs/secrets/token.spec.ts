import { randomUUID } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyRing } from './key-ring.js';
import { sealJson } from './sealed.js';
import {
  newDeviceToken,
  newOperatorToken,
  newSessionToken,
  openDeviceToken,
  operatorTokenDigest,
  parseSessionToken,
} from './token.js';

const old = KeyRing.generate();
const keys = KeyRing.parse(old);
const uuid = fc.uuid();

describe('a session token', () => {
  test('leads to its practice and to the one hash its session is stored under', () => {
    fc.assert(
      fc.property(uuid, (practiceId) => {
        const token = newSessionToken(practiceId).reveal();
        expect(token).toMatch(/^[\w-]{64}$/);
        const parsed = parseSessionToken(token);
        expect(parsed).toEqual(parseSessionToken(token));
        expect(parsed?.practiceId).toBe(practiceId);
        expect(parsed?.hash).toHaveLength(32);
        const other = parseSessionToken(newSessionToken(practiceId).reveal());
        expect(other?.hash.equals(parsed?.hash ?? Buffer.alloc(0))).toBe(false);
      }),
    );
  });

  test('is exact in length and alphabet', () => {
    const token = newSessionToken(randomUUID()).reveal();
    for (const bad of [
      '',
      token.slice(1),
      `${token}A`,
      `${token}=`,
      ` ${token}`,
      `${token.slice(1)}+`,
      `${token}\n`,
    ]) {
      expect(parseSessionToken(bad)).toBeNull();
    }
  });

  test('with another practice in front is another token', () => {
    const [mine, theirs] = [newSessionToken(randomUUID()).reveal(), newSessionToken(randomUUID()).reveal()];
    const forged = Buffer.concat([
      Buffer.from(theirs, 'base64url').subarray(0, 16),
      Buffer.from(mine, 'base64url').subarray(16),
    ]);
    expect(parseSessionToken(forged.toString('base64url'))?.hash).not.toEqual(parseSessionToken(mine)?.hash);
  });

  test('is made for a UUID only', () => {
    expect(() => newSessionToken('practice')).toThrow(TypeError);
  });
});

describe('a device token', () => {
  test('says whose device it is, one device a token', () => {
    fc.assert(
      fc.property(uuid, uuid, (practiceId, userId) => {
        const device = openDeviceToken(keys, newDeviceToken(keys, practiceId, userId).reveal());
        expect(device).toMatchObject({ practiceId, userId });
        expect(device?.deviceId).toMatch(/^[0-9a-f-]{36}$/);
        const second = openDeviceToken(keys, newDeviceToken(keys, practiceId, userId).reveal());
        expect(second?.deviceId).not.toBe(device?.deviceId);
      }),
    );
  });

  test('is refused after any change of one character', () => {
    const token = newDeviceToken(keys, randomUUID(), randomUUID()).reveal();
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'a', '0', '-', '_', '.', '=', '+', ' '),
        (at, symbol) => {
          fc.pre(token[at] !== symbol);
          expect(openDeviceToken(keys, token.slice(0, at) + symbol + token.slice(at + 1))).toBeNull();
          expect(openDeviceToken(keys, token.slice(0, at))).toBeNull();
          expect(openDeviceToken(keys, token + symbol)).toBeNull();
        },
      ),
    );
  });

  test('outlives a rotation and dies with its root', () => {
    const token = newDeviceToken(keys, randomUUID(), randomUUID()).reveal();
    const rotated = KeyRing.parse(`${KeyRing.generate().replace('k1', 'k2')},${old}`);
    expect(openDeviceToken(rotated, token)).not.toBeNull();
    expect(openDeviceToken(KeyRing.parse(KeyRing.generate()), token)).toBeNull();
    expect(openDeviceToken(keys, token.replace('k1', 'k9'))).toBeNull();
  });
});

test('no token passes for one of another purpose', () => {
  const session = newSessionToken(randomUUID()).reveal();
  const device = newDeviceToken(keys, randomUUID(), randomUUID()).reveal();
  const ticket = sealJson(keys, 'ticket', { practiceId: randomUUID() }, { padTo: 53 });
  for (const foreign of [device, device.slice(3), ticket, ticket.slice(3)]) {
    expect(parseSessionToken(foreign)).toBeNull();
  }
  for (const foreign of [session, `k1.${session}`, ticket]) expect(openDeviceToken(keys, foreign)).toBeNull();
});

test("an operator's token is 256 random bits, and nothing else has its digest", () => {
  const token = newOperatorToken().reveal();
  expect(token).toMatch(/^latchkey_operator_[A-Za-z0-9_-]{43}$/);
  expect(operatorTokenDigest(token)).toEqual(operatorTokenDigest(token));
  expect(operatorTokenDigest(newOperatorToken().reveal())).not.toEqual(operatorTokenDigest(token));
  const session = newSessionToken(randomUUID()).reveal();
  for (const foreign of ['', session, `latchkey_operator_${session}`, token.slice(0, -1), `${token}A`]) {
    expect(operatorTokenDigest(foreign)).toBeNull();
  }
});
