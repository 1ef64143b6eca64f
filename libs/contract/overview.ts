import * as z from 'zod';

/** A day of the practice's own calendar, with the resets that were begun on it: refused answers begin none. */
const OverviewDayView = z.object({
  day: z.iso.date(),
  selfService: z.int(),
  administrator: z.int(),
  bulk: z.int(),
  support: z.int(),
  /** Resets whose mail could not be delivered. */
  failed: z.int(),
  /** From the request to the mail server's acceptance, half and 95 of 100; null where nothing was sent. */
  medianSeconds: z.number().nullable(),
  slowSeconds: z.number().nullable(),
});
export type OverviewDayView = z.infer<typeof OverviewDayView>;

/** Thirty days, oldest first, today last; days without a reset are there too. */
export const OverviewView = z.object({
  days: z.array(OverviewDayView),
  users: z.object({ invited: z.int(), active: z.int(), deactivated: z.int() }),
});
export type OverviewView = z.infer<typeof OverviewView>;
