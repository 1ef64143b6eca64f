import { expect, it } from 'vitest';
import { PROBLEMS } from './problems.js';

/** Programs rely on these, word for word; `internal` is the one for what nobody expected. */
const PUBLISHED: Record<number, string[]> = {
  400: ['malformed_body'],
  401: ['invalid_credentials', 'unauthenticated'],
  403: [
    'cross_origin',
    'forbidden',
    'grant_exceeds_own',
    'password_change_required',
    'reauthentication_required',
  ],
  404: ['not_found'],
  405: ['method_not_allowed'],
  409: [
    'already_signed_in',
    'delivery_final',
    'idempotency_in_flight',
    'last_administrator',
    'own_account',
    'role_in_use',
    'user_deactivated',
    'username_taken',
  ],
  412: ['stale'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: ['idempotency_key_reused', 'password_rejected', 'ticket_invalid', 'validation_failed'],
  429: ['too_many_attempts'],
  500: ['internal'],
  503: ['overloaded'],
};

it('keeps every published problem code and its status', () => {
  for (const [status, codes] of Object.entries(PUBLISHED)) {
    const found = Object.entries(PROBLEMS).filter(([, problem]) => String(problem.status) === status);
    expect(found.map(([code]) => code)).toEqual(expect.arrayContaining(codes));
  }
});

it.each(Object.entries(PROBLEMS))('%s says what happened and what to do next', (code, problem) => {
  expect(code).toMatch(/^[a-z]+(?:_[a-z]+)*$/);
  expect(problem.title).not.toMatch(/[.!]$/);
  expect(problem.detail).toMatch(/\.$|\)\.$/);
  expect(problem.detail).not.toBe(problem.title);
});
