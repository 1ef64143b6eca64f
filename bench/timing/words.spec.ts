import { expect, it } from 'vitest';
import { wordsOf } from './words.js';

const answered = (text: string, headerNames = ['content-type', 'x-request-id'], status = 200) => ({
  ms: 1,
  status,
  headerNames,
  retryAfterSeconds: 0,
  text,
});
const challenge = (ticket: string, question: string) =>
  `{"ticket":"${ticket}","question":{"id":"${question}","text":"What?"},"expiresAt":"2026-11-23T18:48:17.291Z"}`;

it('what any two requests differ in is not read', () => {
  expect(wordsOf(answered(challenge('k1.aaaa', 'first-street')))).toBe(
    wordsOf(answered(challenge('k1.bbbb', 'first-pet').replace('18:48', '18:49'))),
  );
});

it.each([
  ['a longer ticket', answered(challenge('k1.aaaaa', 'first-street'))],
  ['one more field', answered(challenge('k1.aaaa', 'first-street').replace('}', ',"hint":1}'))],
  ['another order of headers', answered(challenge('k1.aaaa', 'x'), ['x-request-id', 'content-type'])],
  ['another status', answered(challenge('k1.aaaa', 'x'), undefined, 404)],
])('%s is', (_what, other) => {
  expect(wordsOf(other)).not.toBe(wordsOf(answered(challenge('k1.aaaa', 'first-street'))));
});
