import { describe, expect, it } from 'vitest';
import { type GrantFacts, obstacleOf } from './grant-checks.js';

const lockedOut: GrantFacts = {
  isAdministrator: true,
  administratorSignedIn: false,
  addressIsNew: false,
  operatorsStand: true,
};

describe('a support grant', () => {
  it('is possible where every administrator is locked out', () => {
    expect(obstacleOf(lockedOut)).toBeNull();
  });

  it.each<[string, Partial<GrantFacts>]>([
    ['not-an-administrator', { isAdministrator: false }],
    ['administrator-signed-in', { administratorSignedIn: true }],
    ['address-is-new', { addressIsNew: true }],
    ['operator-revoked', { operatorsStand: false }],
  ])('is not: %s', (reason, change) => {
    expect(obstacleOf({ ...lockedOut, ...change })).toMatchObject({
      reason,
      detail: expect.stringMatching(/\.$/),
    });
  });
});
