import { describe, expect, it } from 'vitest';
import type { OverviewDayView } from '#contract';
import { figuresOf } from './figures.js';

const quiet = {
  selfService: 0,
  administrator: 0,
  bulk: 0,
  support: 0,
  failed: 0,
  medianSeconds: null,
  slowSeconds: null,
};
const month = (busy: Record<number, Partial<OverviewDayView>>): OverviewDayView[] =>
  Array.from({ length: 30 }, (_, index) => ({
    day: `2026-11-${String(index + 1).padStart(2, '0')}`,
    ...quiet,
    ...busy[index],
  }));

describe('the numbers of the overview', () => {
  it('compare today with the week before, today left out', () => {
    const days = month({
      29: { selfService: 3, administrator: 1 },
      28: { bulk: 7 },
      22: { support: 7 },
      21: { bulk: 99 },
    });
    expect(figuresOf(days)).toMatchObject({ today: 4, weekAverage: 2 });
  });

  it('take the time to mail from the last day that has one', () => {
    const days = month({
      20: { medianSeconds: 1, slowSeconds: 2 },
      25: { medianSeconds: 3, slowSeconds: 9 },
    });
    expect(figuresOf(days).mail).toEqual({ day: '2026-11-26', medianSeconds: 3, slowSeconds: 9 });
    expect(figuresOf(month({})).mail).toBeNull();
  });

  it('compare the failures of a week with the week before', () => {
    expect(
      figuresOf(month({ 29: { failed: 1 }, 23: { failed: 2 }, 22: { failed: 4 }, 16: { failed: 8 } })),
    ).toMatchObject({
      failed: 3,
      failedBefore: 12,
    });
  });
});
