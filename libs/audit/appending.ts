import type { Statement } from '#database';
import { canonicalJson, Problem } from '#runtime';
import { ADDRESS, type EventBody, type PersonalFact, type PersonalValue, withhold } from './personal.js';

/** An event as it enters the chain, and what opens its commitments. */
export interface Event {
  body: string;
  facts: PersonalFact[];
}

/** The address of whoever acted; `subjectId` is whose address it is. */
export const addressOf = (value: string | null, subjectId: string | null): PersonalValue[] =>
  value === null ? [] : [{ pointer: ADDRESS, subjectId, value }];

export function chained(event: EventBody, personal: readonly PersonalValue[]): Event {
  const [body, facts] = withhold(event, personal);
  return { body: canonicalJson(body), facts };
}

/** Extends the practice's chain by these events, in this order. */
export function append(events: readonly Event[]): Statement {
  const facts = events.flatMap((event, index) => event.facts.map((fact) => ({ ...fact, nth: index + 1 })));
  return {
    text: 'select audit_append($1::text[], $2::int[], $3::text[], $4::text[], $5::bytea[], $6::text[])',
    values: [
      events.map(({ body }) => body),
      facts.map(({ nth }) => nth),
      facts.map(({ pointer }) => pointer),
      facts.map(({ subjectId }) => subjectId),
      facts.map(({ salt }) => salt),
      facts.map(({ value }) => value),
    ],
    failed: unwritten,
  };
}

/** Begun anew by whoever began the transaction: deadlock, and serialisation that failed. */
const TRIED_AGAIN = new Set(['40P01', '40001']);

/** What cannot be written down does not happen (503), and is not told apart by why. */
export function unwritten(error: unknown): unknown {
  const code = String((error as { code?: unknown } | null)?.code);
  if (TRIED_AGAIN.has(code)) return error;
  return Problem.of('overloaded').retryAfter(2).because(`the audit trail could not be written: ${code}`);
}
