import { describe, expect, it } from 'vitest';
import { type GateFacts, refusalReason } from './gate.js';

const passing: GateFacts = {
  status: 'active',
  practiceAsks: true,
  enrolledQuestion: 'first-street',
  askedQuestion: 'first-street',
  attemptLeft: true,
  answerIsRight: true,
};

describe('the recovery gate', () => {
  it('lets the right answer of an active account through', () => {
    expect(refusalReason(passing)).toBeNull();
  });

  it.each<[string, Partial<GateFacts>]>([
    ['unknown-account', { status: null }],
    ['deactivated', { status: 'deactivated' }],
    ['too-many-attempts', { attemptLeft: false }],
    ['no-question', { enrolledQuestion: null }],
    ['question-changed', { askedQuestion: 'first-teacher' }],
    ['wrong-answer', { answerIsRight: false }],
  ])('refuses for %s', (reason, change) => {
    expect(refusalReason({ ...passing, ...change })).toBe(reason);
  });

  it('says too many attempts even when the sixth answer is right', () => {
    expect(refusalReason({ ...passing, attemptLeft: false, answerIsRight: true })).toBe('too-many-attempts');
  });

  it('asks for no answer where the practice has switched the question off', () => {
    const off = { ...passing, practiceAsks: false, enrolledQuestion: null, answerIsRight: false };
    expect(refusalReason(off)).toBeNull();
    expect(refusalReason({ ...off, status: 'deactivated' })).toBe('deactivated');
  });
});
