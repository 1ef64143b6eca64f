import { expect, it } from 'vitest';
import { Turnstile } from './turnstile.js';

it('lets 64 strangers in at a time, and the next when one has left', () => {
  const turnstile = new Turnstile();
  const [first] = Array.from({ length: 64 }, () => turnstile.enter());
  expect(turnstile.enter()).toBeNull();
  first?.();
  first?.();
  expect(turnstile.enter()).not.toBeNull();
  expect(turnstile.enter()).toBeNull();
});
