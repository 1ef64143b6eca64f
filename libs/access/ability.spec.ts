import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BUILT_IN_ROLES, PERMISSION_NAMES } from '#contract';
import { abilityFor, may, rulesFor } from './ability.js';

describe('an ability', () => {
  it('permits exactly what it was made of', () => {
    fc.assert(
      fc.property(fc.subarray([...PERMISSION_NAMES]), (granted) => {
        const ability = abilityFor(granted);
        expect(PERMISSION_NAMES.filter((permission) => may(ability, permission))).toEqual(granted);
      }),
    );
  });

  it('takes role:manage for that and nothing more, though CASL calls any action "manage"', () => {
    expect(may(abilityFor(['role:manage']), 'role:read')).toBe(false);
  });

  it('permits nothing by default', () => {
    const nobody = abilityFor([]);
    expect(PERMISSION_NAMES.some((permission) => may(nobody, permission))).toBe(false);
  });

  it('is told to the console in the same words', () => {
    expect(rulesFor(['user:reset-password'])).toEqual([{ action: 'reset-password', subject: 'user' }]);
  });

  it('gives staff no way to others, and auditors no way to change anything', () => {
    expect(
      PERMISSION_NAMES.filter((name) => may(abilityFor(BUILT_IN_ROLES.staff.permissions), name)),
    ).toEqual(['practice:read']);
    for (const permission of BUILT_IN_ROLES.auditor.permissions) expect(permission).toMatch(/:read$/);
  });
});
