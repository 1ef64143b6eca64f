import { stringify } from 'csv-stringify/sync';
import type { AuditEventView } from '#contract';

const COLUMNS = [
  'seq',
  'at',
  'action',
  'outcome',
  'actorType',
  'actorId',
  'targetType',
  'targetId',
  'sourceAddress',
  'requestId',
  'changes',
] as const;

/** Events as lines for a spreadsheet, which must not take any cell for a formula (ASVS 1.2.10). */
export const csvOf = (events: readonly AuditEventView[]): string =>
  stringify(events.map(cellsOf), { escape_formulas: true, record_delimiter: 'windows' });

/** The first line. */
export const csvHeader = (): string => stringify([[...COLUMNS]], { record_delimiter: 'windows' });

const cellsOf = ({ seq, at, action, outcome, actor, target, ...more }: AuditEventView) => [
  seq,
  at,
  action,
  outcome,
  actor.type,
  actor.id,
  target?.type,
  target?.id,
  more.sourceAddress,
  more.requestId,
  JSON.stringify(more.changes),
];
