import type { OverviewDayView } from '#contract';

const WEEK = 7;

export interface Figures {
  today: number;
  /** A day, over the week before today. */
  weekAverage: number;
  /** Of the last day on which mail was sent. */
  mail: { day: string; medianSeconds: number; slowSeconds: number } | null;
  failed: number;
  failedBefore: number;
  total: number;
  selfService: number;
  administrator: number;
}

const resetsOn = ({ selfService, administrator, bulk, support }: OverviewDayView): number =>
  selfService + administrator + bulk + support;

const sum = (days: readonly OverviewDayView[], of: (day: OverviewDayView) => number): number =>
  days.reduce((total, day) => total + of(day), 0);

/** The three numbers with what each is compared with; `days` ends with today. */
export function figuresOf(days: readonly OverviewDayView[]): Figures {
  const today = days.at(-1);
  const sent = days.findLast(({ medianSeconds }) => medianSeconds !== null);
  return {
    today: today ? resetsOn(today) : 0,
    weekAverage: sum(days.slice(-WEEK - 1, -1), resetsOn) / WEEK,
    mail: sent
      ? { day: sent.day, medianSeconds: sent.medianSeconds ?? 0, slowSeconds: sent.slowSeconds ?? 0 }
      : null,
    failed: sum(days.slice(-WEEK), ({ failed }) => failed),
    failedBefore: sum(days.slice(-2 * WEEK, -WEEK), ({ failed }) => failed),
    total: sum(days, resetsOn),
    selfService: sum(days, ({ selfService }) => selfService),
    administrator: sum(days, ({ administrator }) => administrator),
  };
}
