import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUILT_IN_ROLES,
  PERMISSION_NAMES,
  RoleLimits,
  USER_FIELDS,
  type UserFacts,
  type UserReach,
} from '#contract';
import { Problem } from '#runtime';
import { Rights, type RoleGrant } from './rights.js';

const KEYS = ['administrator', 'auditor', 'clerk', 'staff'];
const some = (names: readonly string[]) =>
  fc.option(fc.subarray([...names], { minLength: 1 }), { nil: undefined });
const where = fc.record({ roles: some(KEYS), status: some(['invited', 'active', 'deactivated']) });
const limitsOf = (permissions: readonly string[]) =>
  fc
    .record(
      Object.fromEntries(
        Object.keys(RoleLimits.shape).map((name) => [
          name,
          fc.option(
            fc.record({ where, fields: name === 'user:update' ? some(USER_FIELDS) : fc.constant(undefined) }),
          ),
        ]),
      ),
    )
    .map(
      (limits) =>
        Object.fromEntries(
          Object.entries(limits).filter(([name, limit]) => limit && permissions.includes(name)),
        ) as RoleLimits,
    );
const role: fc.Arbitrary<RoleGrant> = fc
  .subarray([...PERMISSION_NAMES])
  .chain((permissions) =>
    fc.record({ permissions: fc.constant(permissions), limits: limitsOf(permissions) }),
  );
const user = fc.record({
  roles: fc.subarray(KEYS, { minLength: 1 }),
  status: fc.constantFrom('invited', 'active', 'deactivated'),
}) as fc.Arbitrary<UserFacts>;
const permission = fc.constantFrom(...PERMISSION_NAMES);
const field = fc.option(fc.constantFrom(...USER_FIELDS), { nil: undefined });

const codeOf = (work: () => void): string => {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as Problem).code;
  }
};
const only = (permissions: RoleGrant['permissions'], limits: RoleLimits = {}) =>
  Rights.of([{ permissions, limits }]);

describe('rights', () => {
  it('of several roles permit exactly what one of them permits', () => {
    fc.assert(
      fc.property(fc.array(role, { maxLength: 4 }), permission, user, field, (roles, asked, about, part) => {
        const together = Rights.of(roles).may(asked, about, part);
        expect(together).toBe(roles.some((one) => Rights.of([one]).may(asked, about, part)));
      }),
    );
  });

  it('that cover others permit whatever those permit', () => {
    fc.assert(
      fc.property(
        fc.array(role, { maxLength: 3 }),
        role,
        permission,
        user,
        field,
        (own, other, asked, about, part) => {
          const [mine, theirs] = [Rights.of(own), Rights.of([other])];
          fc.pre(mine.covers(theirs));
          expect(theirs.may(asked, about, part) && !mine.may(asked, about, part)).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('cover themselves and nothing, are covered by everything, and not by less', () => {
    fc.assert(
      fc.property(role, (one) => {
        const rights = Rights.of([one]);
        expect(rights.covers(rights) && rights.covers(Rights.NOTHING)).toBe(true);
        expect(Rights.EVERYTHING.covers(rights)).toBe(true);
        for (const name of one.permissions) {
          const less = { ...one, permissions: one.permissions.filter((held) => held !== name) };
          expect(Rights.of([less]).covers(rights)).toBe(false);
        }
      }),
    );
  });

  it('within limits do not cover the same without: a limited grantor grants no unlimited permission', () => {
    const limited = only(['user:read'], { 'user:read': { where: { roles: ['clerk', 'staff'] } } });
    expect(limited.covers(only(['user:read']))).toBe(false);
    expect(limited.covers(only(['user:read'], { 'user:read': { where: { status: ['active'] } } }))).toBe(
      false,
    );
    expect(limited.covers(only(['user:read'], { 'user:read': { where: { roles: ['staff'] } } }))).toBe(true);
    const named = only(['user:update'], { 'user:update': { fields: ['displayName'] } });
    expect(named.covers(only(['user:update'], { 'user:update': { where: { roles: ['staff'] } } }))).toBe(
      false,
    );
  });

  it('reach everybody with one role that is not limited to some', () => {
    const within = (reach: UserReach) =>
      ({ permissions: ['user:read'], limits: { 'user:read': { where: reach } } }) as const;
    const staff = within({ roles: ['staff'] });
    const clerks = within({ roles: ['clerk'] });
    expect(Rights.of([staff, clerks]).reach('user:read')).toEqual([
      { roles: ['staff'] },
      { roles: ['clerk'] },
    ]);
    expect(Rights.of([staff, within({ roles: ['clerk', 'staff'] })]).reach('user:read')).toEqual([
      { roles: ['clerk', 'staff'] },
    ]);
    expect(Rights.of([staff, { permissions: ['user:read'], limits: {} }]).reach('user:read')).toBeNull();
    expect(Rights.of([staff]).reach('user:update')).toEqual([]);
  });

  it('are told to the console as rules, within what', () => {
    const where = { roles: ['staff'] };
    const rights = only(['practice:read', 'user:update'], {
      'user:update': { fields: ['displayName'], where },
    });
    expect(rights.rules).toEqual([
      { action: 'read', subject: 'practice' },
      { action: 'update', subject: 'user', fields: ['displayName'], conditions: where },
    ]);
  });

  it('refuse somebody in sight, and know nobody out of sight', () => {
    const rights = only(['user:read', 'user:update'], {
      'user:read': { where: { roles: ['clerk', 'staff'] } },
      'user:update': { where: { roles: ['staff'] }, fields: ['displayName', 'locale'] },
    });
    const about = (...roles: string[]) => ({ roles, status: 'active' }) as const;
    expect(codeOf(() => rights.mustReach('user:update', about('staff')))).toBe('none');
    expect(codeOf(() => rights.mustReach('user:update', about('clerk')))).toBe('forbidden');
    expect(codeOf(() => rights.mustReach('user:update', about('staff', 'administrator')))).toBe('not_found');
    expect(codeOf(() => rights.mustMayChange(about('staff'), ['locale']))).toBe('none');
    expect(codeOf(() => rights.mustMayChange(about('staff'), ['locale', 'email']))).toBe('forbidden');
  });

  it('of staff lead nowhere near others, and of auditors change nothing', () => {
    expect(Rights.of([{ ...BUILT_IN_ROLES.staff, limits: {} }]).permissions).toEqual(['practice:read']);
    for (const name of BUILT_IN_ROLES.auditor.permissions) expect(name).toMatch(/:read$/);
  });
});
