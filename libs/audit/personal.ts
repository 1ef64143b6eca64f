import type { AuditEventView } from '#contract';
import type { Canonical } from '#runtime';
import { commitTo } from '#secrets';

export const ADDRESS = '/sourceAddress';

/** An event as a tree of values, in the form in which it is chained or shown. */
export type EventBody = { [member: string]: Canonical };

/** A personal value that an event commits to, kept where it can be erased. */
export interface PersonalFact {
  /** Where it stands in the event when it is shown (RFC 6901). */
  pointer: string;
  /** Whose it is: erased with that person. */
  subjectId: string | null;
  salt: Buffer;
  value: string;
}

/** A personal value that has not been taken out of its event yet. */
export interface PersonalValue {
  pointer: string;
  subjectId: string | null;
  value: string;
}

/** Of an event, what tells whose its values are. */
export interface Cast {
  actor?: { type?: unknown; id?: unknown } | null;
  target?: { type?: unknown; id?: unknown } | null;
  changes?: { userId?: unknown } | null;
}

/** Whose a value is: an address is of whoever acted, everything else of whom the event concerns. */
export function subjectOf({ actor, target, changes }: Cast, pointer: string): string | null {
  const concerned = target?.type === 'user' ? target.id : changes?.userId;
  const subject = pointer === ADDRESS && actor?.type === 'user' ? actor.id : concerned;
  return typeof subject === 'string' ? subject : null;
}

/** The event with commitments instead of its personal values, and what opens them. */
export function withhold(event: EventBody, values: readonly PersonalValue[]): [EventBody, PersonalFact[]] {
  if (values.length === 0) return [event, []];
  const made = values.map((value) => ({ value, commitment: commitTo(value.value) }));
  const commitments = Object.fromEntries(
    made.map(({ value, commitment }) => [value.pointer, commitment.digest]),
  );
  const facts = made.map(({ value, commitment }) => ({ ...value, salt: commitment.salt }));
  return [{ ...event, commitments }, facts];
}

/** A stored event as people read it, with what is shown at its pointers. */
export const eventView = (
  seq: number,
  body: string,
  shown: Readonly<Record<string, string>>,
): AuditEventView => ({ ...reveal(JSON.parse(body), shown), seq }) as unknown as AuditEventView;

/** What was erased is null. */
function reveal(event: EventBody, shown: Readonly<Record<string, string>>): EventBody {
  const { commitments = {}, ...plain } = event;
  const changes = { ...(plain['changes'] as EventBody) };
  const revealed = { ...plain, changes };
  for (const pointer of Object.keys(commitments as EventBody)) {
    const [, member = '', name] = pointer.split('/');
    const value = shown[pointer] ?? null;
    if (name === undefined) Object.assign(revealed, { [member]: value });
    else Object.assign(changes, { [name]: value });
  }
  return revealed;
}
