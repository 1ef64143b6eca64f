import * as z from 'zod';
import { Id, listOf, Moment, PageQuery, PracticeIdField, Timestamp, TypedUsername } from './fields.js';
import { QuestionView } from './questions.js';

export const RESET_STATES = [
  'requested',
  'sent',
  'used',
  'completed',
  'refused',
  'expired',
  'superseded',
  'failed',
  'cancelled',
] as const;
export type ResetState = (typeof RESET_STATES)[number];
export const RESET_CHANNELS = ['self_service', 'administrator', 'bulk', 'support'] as const;
export type ResetChannel = (typeof RESET_CHANNELS)[number];
/** Why an answer led to no mail; told to the practice only. */
export const RESET_REFUSALS = [
  'deactivated',
  'too-many-attempts',
  'no-question',
  'question-changed',
  'wrong-answer',
  'too-late',
  'mailbox-full',
] as const;
export type ResetRefusal = (typeof RESET_REFUSALS)[number];

export const BeginReset = z.strictObject({ practiceId: PracticeIdField, username: TypedUsername });
export type BeginReset = z.infer<typeof BeginReset>;

export const ChallengeView = z.object({ ticket: z.string(), question: QuestionView, expiresAt: Timestamp });
export type ChallengeView = z.infer<typeof ChallengeView>;

export const AnswerChallenge = z.strictObject({
  ticket: z
    .string()
    .min(1)
    .max(2048)
    .describe('from POST /password-resets/challenges; ten minutes, one answer'),
  answer: z.string().max(200),
});
export type AnswerChallenge = z.infer<typeof AnswerChallenge>;

/** The same in words for a right, a wrong and an unknown answer. */
export const AnswerAcceptedView = z.object({
  message: z.string(),
  mail: z.object({ state: z.enum(['normal', 'delayed']), typicalSeconds: z.int() }),
});
export type AnswerAcceptedView = z.infer<typeof AnswerAcceptedView>;

/** The body may be left out. */
export const ResetUserPassword = z
  .strictObject({
    lockNow: z
      .boolean()
      .default(false)
      .describe('end the sessions and the old password at once; otherwise both stand until a new one is set'),
  })
  .nullish()
  .transform((body) => body ?? { lockNow: false });
export type ResetUserPassword = z.infer<typeof ResetUserPassword>;

export const ResetView = z.object({
  id: Id,
  userId: Id,
  username: z.string(),
  channel: z.enum(RESET_CHANNELS),
  state: z.enum(RESET_STATES),
  refusedFor: z.enum(RESET_REFUSALS).nullable().describe('why nothing was sent; of a refused one only'),
  requestedBy: z.object({ type: z.string(), id: z.string().nullable() }),
  requestedAt: Timestamp,
  sentAt: Timestamp.nullable(),
  usedAt: Timestamp.nullable(),
  completedAt: Timestamp.nullable(),
  expiresAt: Timestamp.nullable(),
  deliveryIds: z.array(Id),
});
export type ResetView = z.infer<typeof ResetView>;

export const ResetDetailView = ResetView.extend({
  sourceAddress: z.string().nullable().describe('from where it was asked for'),
  requestId: z.string().nullable().describe('the request that asked for it, as the logs name it'),
  timeline: z.array(
    z.object({
      at: Timestamp,
      event: z.string(),
      actor: z.object({ type: z.string(), id: z.string().nullable() }),
      detail: z.string().nullable(),
    }),
  ),
});
export type ResetDetailView = z.infer<typeof ResetDetailView>;

export const ListResets = z.strictObject({
  ...PageQuery,
  state: z.enum(RESET_STATES).optional(),
  userId: Id.optional(),
  channel: z.enum(RESET_CHANNELS).optional(),
  from: Moment.optional(),
  to: Moment.optional(),
});
export type ListResets = z.infer<typeof ListResets>;
export const ResetListView = listOf(ResetView);
