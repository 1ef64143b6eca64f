import type { ListAuditEvents } from '#contract';

/** What a list or an export is narrowed to. */
export type TrailFilter = Partial<
  Pick<
    ListAuditEvents,
    | 'id'
    | 'requestId'
    | 'actorId'
    | 'action'
    | 'targetId'
    | 'personId'
    | 'sourceAddress'
    | 'outcome'
    | 'from'
    | 'to'
  >
>;

/** Some of a practice's events: what is read of each, which ones, in which order, how many. */
export interface TrailQuery {
  columns: string;
  filter: TrailFilter;
  /** More conditions on `audit_events e`; adds their values to those of the statement. */
  within: (bind: (value: unknown) => string) => string;
  order: string;
  limit: number;
}

// A literal, so that the planner may take the index that holds only what did not succeed.
const OUTCOMES = {
  success: " and e.outcome = 'success'",
  refused: " and e.outcome = 'refused'",
  failed: " and e.outcome = 'failed'",
} as const;

const EVENTS = ' from audit_events e where e.practice_id = current_practice()';
const EVENTS_FROM_ADDRESS = ` from audit_personal a join audit_events e
  on e.practice_id = a.practice_id and e.seq = a.seq and e.at = a.at
  where e.practice_id = current_practice() and a.practice_id = current_practice()
    and a.pointer = '/sourceAddress' and a.shown = `;

/**
 * The statement, with the conditions that are asked for and no others: one that leaves every filter open is
 * planned once for all of them, and then by none of their indexes. A person's events are three walks, of what they
 * did, of what was done to them and of what names them otherwise, such as their resets and mails, each as long as a
 * page: a condition with `or` would read them all.
 */
export function trailQuery({ columns, filter, within, order, limit }: TrailQuery): {
  text: string;
  values: unknown[];
} {
  const values: unknown[] = [];
  const bind = (value: unknown) => `$${values.push(value)}`;
  const { personId, sourceAddress } = filter;
  const source =
    sourceAddress === undefined
      ? EVENTS
      : // Said of both: neither table is to be looked at in months that are not meant.
        [EVENTS_FROM_ADDRESS, bind(sourceAddress), spanOf('a.at', filter, bind)].join('');
  const conditions = [source, conditionsOf(filter, bind), within(bind)].join('');
  const end = [' order by ', order, ' limit ', bind(limit)].join('');
  const walk = (...more: string[]) => ['select ', columns, conditions, ...more, end].join('');
  if (personId === undefined) return { text: walk(), values };
  const person = bind(personId);
  // Each event in the first walk that it belongs to.
  const not = (column: string) => [' and e.', column, ' is distinct from ', person].join('');
  const acted = walk(' and e.actor_id = ', person);
  const target = walk(' and e.target_id = ', person, not('actor_id'));
  const concerned = walk(' and e.concerned_id = ', person, not('actor_id'), not('target_id'));
  const walks = [acted, target, concerned].join(') union all (');
  return { text: ['select * from ((', walks, ')) e', end].join(''), values };
}

type Bind = (value: unknown) => string;

const asked = (bind: Bind, condition: string, value: unknown): string =>
  value === undefined ? '' : ` and ${condition} ${bind(value)}`;

const spanOf = (column: 'a.at' | 'e.at', { from, to }: TrailFilter, bind: Bind): string =>
  [asked(bind, `${column} >=`, from), asked(bind, `${column} <=`, to)].join('');

function conditionsOf(filter: TrailFilter, bind: Bind): string {
  return [
    asked(bind, 'e.id =', filter.id),
    asked(bind, 'e.request_id =', filter.requestId),
    asked(bind, 'e.actor_id =', filter.actorId),
    asked(bind, 'e.action =', filter.action),
    asked(bind, 'e.target_id =', filter.targetId),
    spanOf('e.at', filter, bind),
    filter.outcome ? OUTCOMES[filter.outcome] : '',
  ].join('');
}
