import * as z from 'zod';
import { Id, listOf, PageQuery, Timestamp } from './fields.js';

export const DELIVERY_STATES = [
  'queued',
  'sending',
  'deferred',
  'accepted',
  'failed',
  'bounced',
  'cancelled',
] as const;

/** How an attempt ended, and what another server reported of it later. */
export const ATTEMPT_OUTCOMES = ['accepted', 'deferred', 'refused', 'delayed', 'bounced'] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export const DeliveryView = z.object({
  id: Id,
  template: z.string(),
  userId: Id.nullable(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.array(z.object({ at: Timestamp, outcome: z.string(), reply: z.string().nullable() })),
  nextAttemptAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type DeliveryView = z.infer<typeof DeliveryView>;
export const DeliveryListView = listOf(DeliveryView);

export const ListDeliveries = z.strictObject({
  ...PageQuery,
  state: z.enum(DELIVERY_STATES).optional(),
  userId: Id.optional(),
});
export type ListDeliveries = z.infer<typeof ListDeliveries>;

export const DeliveryReference = z.object({ deliveryId: Id });
