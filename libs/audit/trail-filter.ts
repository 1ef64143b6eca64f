import type { ListAuditEvents } from '#contract';

/** What a list or an export is narrowed to. */
export type TrailFilter = Partial<
  Pick<ListAuditEvents, 'actorId' | 'action' | 'targetId' | 'outcome' | 'from' | 'to'>
>;

// A literal, so that the planner may take the index that holds only what did not succeed.
const OUTCOMES = {
  success: " and e.outcome = 'success'",
  refused: " and e.outcome = 'refused'",
  failed: " and e.outcome = 'failed'",
} as const;

/**
 * The conditions on `audit_events e` that are asked for, and no others: a statement that leaves every filter
 * open is planned once for all of them, and then by none of their indexes. Adds their values.
 */
export function conditionsOf(filter: TrailFilter, values: unknown[]): string {
  const asked = (condition: string, value: unknown) =>
    value === undefined ? '' : ` and ${condition} $${values.push(value)}`;
  return [
    asked('e.actor_id =', filter.actorId),
    asked('e.action =', filter.action),
    asked('e.target_id =', filter.targetId),
    asked('e.at >=', filter.from),
    asked('e.at <=', filter.to),
    filter.outcome ? OUTCOMES[filter.outcome] : '',
  ].join('');
}
