import { format, inspect } from 'node:util';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Secret } from './secret.js';

test('a secret is revealed only by asking for it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 10 }), (value) => {
      const secret = new Secret(value);
      expect(secret.reveal()).toBe(value);
      const prints = [
        String(secret),
        JSON.stringify({ secret }),
        inspect({ secret }, { showHidden: true, depth: 9 }),
        format('%s %o %j', secret, secret, secret),
        JSON.stringify(Object.getOwnPropertyDescriptors(secret)),
        JSON.stringify(structuredClone({ secret: Object.assign({}, secret) })),
      ];
      for (const print of prints) expect(print).not.toContain(value);
      expect(prints[0]).toBe('[secret]');
      expect(prints[1]).toBe('{"secret":"[secret]"}');
    }),
  );
});
