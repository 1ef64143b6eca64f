import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';
import { newReturnToken, openReturnToken } from './return-token.js';

const keys = KeyRing.parse(KeyRing.generate());
const ids = fc.record({ practiceId: fc.uuid(), deliveryId: fc.uuid() });

describe('a return token', () => {
  it('names one delivery, also when its case was changed on the way', () => {
    fc.assert(
      fc.property(ids, (delivery) => {
        const token = newReturnToken(keys, delivery);
        expect(token).toMatch(/^[0-9a-z]{52}\.[0-9a-z]{9}$/);
        expect(openReturnToken(keys, token)).toEqual(delivery);
        expect(openReturnToken(keys, token.toUpperCase())).toEqual(delivery);
      }),
    );
  });

  it('is nobody else’s to make: one changed symbol, or the key of another installation, opens nothing', () => {
    const other = KeyRing.parse(KeyRing.generate());
    fc.assert(
      fc.property(ids, fc.nat(60), (delivery, index) => {
        const token = newReturnToken(keys, delivery);
        const changed = token[index] === 'x' ? 'y' : 'x';
        expect(openReturnToken(keys, token.slice(0, index) + changed + token.slice(index + 1))).toBeNull();
        expect(openReturnToken(other, token)).toBeNull();
      }),
    );
  });

  it('is looked for in any text without failing', () => {
    for (const text of ['', '.', 'x'.repeat(62), `${'z'.repeat(52)}.${'0'.repeat(9)}`, 'b'.repeat(10_000)]) {
      expect(openReturnToken(keys, text)).toBeNull();
    }
  });
});
