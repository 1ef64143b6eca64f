import { describe, expect, it } from 'vitest';
import { abilityFrom, may, type Rule } from './ability.js';

const able = (...rules: Rule[]) => abilityFrom(rules);
const staff = { roles: ['staff'], status: 'active' } as const;

describe('an ability', () => {
  it('takes role:manage for that and nothing more, though CASL calls any action "manage"', () => {
    const manager = able({ action: 'manage', subject: 'role' });
    expect([may(manager, 'role:manage'), may(manager, 'role:read')]).toEqual([true, false]);
    expect(may(able({ action: 'read', subject: 'all' }), 'user:read')).toBe(false);
  });

  it('permits nothing by default', () => {
    expect(may(able(), 'practice:read')).toBe(false);
  });

  it('asked at all, is asked whether there may be anybody; asked about somebody, whether they are', () => {
    const reader = able({ action: 'read', subject: 'user', conditions: { roles: ['clerk'] } });
    expect([may(reader, 'user:read'), may(reader, 'user:read', staff)]).toEqual([true, false]);
  });

  it('reads conditions as words: what would be an operator in Mongo is nobody’s role or status', () => {
    const injected = { roles: { $exists: true }, status: { $ne: 'x' } } as never;
    const ability = able({ action: 'read', subject: 'user', conditions: injected });
    expect(() => may(ability, 'user:read', staff)).toThrow(TypeError);
  });

  it('takes no field for a pattern', () => {
    const ability = able({ action: 'update', subject: 'user', fields: ['*', 'display*'] as never });
    expect(may(ability, 'user:update', staff, 'displayName')).toBe(false);
  });

  it('leaves whom it is asked about unmarked', () => {
    const user = { ...staff, roles: [...staff.roles] };
    may(able({ action: 'read', subject: 'user' }), 'user:read', user);
    expect(user).toStrictEqual({ roles: ['staff'], status: 'active' });
  });
});
