import { describe, expect, it } from 'vitest';
import { auditSearch, resetLogSearch, signInSearch, usersSearch } from './search.js';

const said = (search: object) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

describe('an address', () => {
  it.each([
    ['a day that the calendar lacks', { from: '2026-13-45', to: '2026-02-30' }],
    ['a day that was not typed to its end', { from: '0002-11-24' }],
    ['what is no event’s number', { around: 'abc' }],
    ['an instant in place of a number', { around: '2026-11-23T09:00:00Z' }],
    ['a number that no event has', { around: -1 }],
    ['an outcome that there is not', { outcome: 'maybe' }],
    ['an empty value', { action: '' }],
  ])('with %s is read without it', (_name, given) => {
    expect(said(auditSearch(given))).toEqual({});
  });

  it('keeps what belongs there', () => {
    const given = { from: '2026-11-23', to: '2026-11-24', around: 17, outcome: 'refused', open: 'an-id' };
    expect(said(auditSearch(given))).toEqual(given);
    expect(said(resetLogSearch({ state: 'sent', from: '2028-02-29' }))).toEqual({
      state: 'sent',
      from: '2028-02-29',
    });
    expect(said(usersSearch({ search: 1234, add: 'true' }))).toEqual({ search: '1234', add: true });
  });

  it('leads nowhere else after the sign-in', () => {
    expect(said(signInSearch({ next: '//evil.example' }))).toEqual({});
    expect(said(signInSearch({ next: '/audit?outcome=refused' }))).toEqual({
      next: '/audit?outcome=refused',
    });
  });
});
