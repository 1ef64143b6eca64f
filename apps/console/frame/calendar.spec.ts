import { describe, expect, it } from 'vitest';
import { endOfDay, isDay, startOfDay } from './calendar.js';

describe('a calendar day in the practice’s zone', () => {
  it.each([
    ['2026-11-23', 'Europe/Madrid', '2026-11-22T23:00:00.000Z', '2026-11-23T22:59:59.999Z'],
    ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z', '2026-11-23T23:59:59.999Z'],
    ['2026-07-01', 'America/Los_Angeles', '2026-07-01T07:00:00.000Z', '2026-07-02T06:59:59.999Z'],
    // 25 hours: the clocks go back at three.
    ['2026-10-25', 'Europe/Madrid', '2026-10-24T22:00:00.000Z', '2026-10-25T22:59:59.999Z'],
    // 23 hours: they go forward at two.
    ['2026-03-29', 'Europe/Madrid', '2026-03-28T23:00:00.000Z', '2026-03-29T21:59:59.999Z'],
  ])('%s in %s begins and ends with its own clocks', (day, zone, start, end) => {
    expect(startOfDay(day, zone)).toBe(start);
    expect(endOfDay(day, zone)).toBe(end);
  });
});

it.each([
  ['2026-11-23', true],
  ['2028-02-29', true],
  ['2026-02-29', false],
  ['2026-13-45', false],
  ['0202-11-23', false],
  ['9999-12-31', false],
  ['2026-11-23T00:00', false],
  ['', false],
])('%j is a day: %s', (text, is) => {
  expect(isDay(text)).toBe(is);
});
