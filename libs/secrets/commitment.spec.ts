import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { commitTo, isCommittedTo } from './commitment.js';

it('is opened by its own value and salt, and by nothing else', () => {
  const { digest, salt } = commitTo('192.0.2.17');
  expect(digest).toBe(createHash('sha256').update(salt).update('192.0.2.17').digest('base64'));
  expect(isCommittedTo(digest, salt, '192.0.2.17')).toBe(true);
  expect(isCommittedTo(digest, salt, '192.0.2.18')).toBe(false);
  expect(isCommittedTo(digest, Buffer.alloc(16), '192.0.2.17')).toBe(false);
  // The end of the salt must not pass for the beginning of the value.
  const moved = Buffer.concat([salt, Buffer.from('1')]);
  expect(isCommittedTo(digest, moved, '92.0.2.17')).toBe(false);
});

it('is another one each time, so that equal values do not show', () => {
  const made = new Set(Array.from({ length: 50 }, () => commitTo('ada').digest));
  expect(made.size).toBe(50);
});
