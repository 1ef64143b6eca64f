import { describe, expect, it } from 'vitest';
import { strengthOf } from './password-strength.js';

const NAMES = ['Willow Street Dental', 'kim', 'Kim Dahl'];

describe('the strength of a password', () => {
  it.each([
    ['short', ['length']],
    ['willow-street is home', ['names']],
    ['WillowStreetDental 1', ['names']],
    ['our latchkey is blue', ['names']],
    ['abababababababab', ['repetition']],
    ['a'.repeat(129), ['length', 'repetition']],
    ['seven quiet otters', []],
  ])('of %s breaks %j', (password, broken) => {
    expect(strengthOf(password, NAMES).broken).toEqual(broken);
  });

  it('takes a name of three letters for a coincidence', () => {
    expect(strengthOf('kimono colours in may', NAMES).broken).toEqual([]);
  });

  it('counts what people see as one symbol once', () => {
    expect(strengthOf('🦦'.repeat(15), []).length).toBe(15);
  });

  it('rises with length and variety', () => {
    const level = (password: string) => strengthOf(password, []).level;
    expect(level('aaaaaaabbbbbbbccc')).toBe(1);
    expect(level('seven quiet otter')).toBe(2);
    expect(level('seven quiet otters at the river')).toBe(3);
  });
});
