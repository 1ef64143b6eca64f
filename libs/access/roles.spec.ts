import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PERMISSION_NAMES, RoleLimits } from '#contract';
import { faultsOf } from './role-faults.js';
import { toRole } from './roles.js';

const stored = (limits: unknown, permissions: string[] = [...PERMISSION_NAMES]) =>
  toRole({ key: 'clerk', name: 'Clerk', permissions, limits, version: 1 });

describe('a stored role', () => {
  it.each([
    ['an operator', { 'user:read': { where: { roles: { $in: ['staff'] } } } }],
    ['a condition of another name', { 'user:read': { where: { email: ['a@b.example'] } } }],
    ['a field that cannot be changed', { 'user:update': { fields: ['username'] } }],
    ['fields where there are none', { 'user:read': { where: { roles: ['staff'] }, fields: ['email'] } }],
    ['a limit that says nothing', { 'user:read': { where: {} } }],
    ['a permission without limits', { 'audit:read': { where: { roles: ['staff'] } } }],
    ['a prototype', JSON.parse('{"__proto__":{"where":{"roles":["staff"]}}}')],
    ['no object', ['user:read']],
    ['nothing', null],
  ])('with %s permits nothing', (_what, limits) => {
    expect(stored(limits)).toMatchObject({ permissions: [], limits: {} });
  });

  it('never widens, whatever its limits have become', () => {
    const names = Object.keys(RoleLimits.shape) as (keyof RoleLimits)[];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { minKeys: 1 }), (limits) => {
        const role = stored(limits);
        for (const name of Object.keys(limits)) {
          expect(role.permissions.some((held) => held === name) && !(name in role.limits)).toBe(false);
        }
      }),
    );
  });

  it('permits nothing that nobody knows any more', () => {
    expect(stored({}, ['user:read', 'user:haunt', '*']).permissions).toEqual(['user:read']);
  });
});

describe('a definition', () => {
  const where = { roles: ['staff'] };

  it('limits only what it permits', () => {
    const [fault] = faultsOf({ permissions: ['user:read'], limits: { 'user:create': { where } } });
    expect(fault).toMatchObject({ pointer: '/limits/user:create', code: 'not_permitted' });
  });

  it('shows by no other way whom user:read hides', () => {
    const permissions = ['user:read', 'reset-log:read', 'delivery:read', 'user:update'] as const;
    const limits: RoleLimits = {
      'user:read': { where },
      'delivery:read': { where: { roles: ['clerk', 'staff'] } },
      'user:update': { where: { ...where, status: ['active'] }, fields: ['locale'] },
    };
    expect(faultsOf({ permissions, limits }).map(({ pointer }) => pointer)).toEqual([
      '/limits/reset-log:read',
      '/limits/delivery:read',
    ]);
  });
});
