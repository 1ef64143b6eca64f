import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { nobody } from './strangers.js';

const digestOf = (name: string) => createHash('sha256').update(name).digest();

it('names that nobody has share 4,096 rows, however many are tried', () => {
  const rows = new Set(Array.from({ length: 100_000 }, (_, index) => nobody(digestOf(`name-${index}`))));
  expect(rows.size).toBeLessThanOrEqual(4_096);
  expect(rows.size).toBeGreaterThan(4_000);
});
