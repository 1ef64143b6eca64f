import { Rights, type Role } from '#access';
import { AddUser, PROBLEMS } from '#contract';

/** A row as it was staged. */
export interface StagedRow {
  line: number;
  username: string;
  displayName: string;
  email: string;
  roles: string;
}

/** What rows are judged by: gathered at once, and held until they have been added. */
export interface ImportFacts {
  /** What whoever imports may do now. */
  rights: Rights;
  roles: ReadonlyMap<string, Role>;
  existing: ReadonlySet<string>;
  /** How many more welcomes each mailbox takes; null where none are sent. */
  room: ReadonlyMap<string, number> | null;
}

/** A person to be added, or why not. */
export type Judgement =
  | { line: number; outcome: 'create'; person: Omit<AddUser, 'locale'> }
  | { line: number; outcome: 'skipped' | 'failed'; reason: string };

/** Decides about each row as `POST /users` would decide about it. */
export function judge(rows: readonly StagedRow[], facts: ImportFacts): Judgement[] {
  const room = facts.room && new Map(facts.room);
  return rows.map((row) => judgeOne(row, facts, room));
}

function judgeOne(row: StagedRow, facts: ImportFacts, room: Map<string, number> | null): Judgement {
  const failed = (reason: string): Judgement => ({ line: row.line, outcome: 'failed', reason });
  const parsed = AddUser.omit({ locale: true }).safeParse({
    username: row.username,
    displayName: row.displayName,
    email: row.email,
    roles: rolesIn(row.roles),
  });
  if (!parsed.success) {
    return failed(
      parsed.error.issues.map(({ path, message }) => `${String(path[0])}: ${message}`).join('; '),
    );
  }
  const person = parsed.data;
  const refusal = refusalOf(person.roles, facts);
  if (refusal) return failed(refusal);
  if (facts.existing.has(person.username)) return { line: row.line, outcome: 'skipped', reason: EXISTS };
  const mailbox = person.email.toLowerCase();
  const left = room?.get(mailbox) ?? 0;
  if (room && left < 1)
    return failed('email: this mailbox has been sent its share of mails: import the row later');
  room?.set(mailbox, left - 1);
  return { line: row.line, outcome: 'create', person };
}

export const EXISTS = 'exists: a user has this username already, and was not changed';

function refusalOf(keys: readonly string[], { rights, roles }: ImportFacts): string | null {
  if (!rights.may('user:create')) return 'whoever started the import may no longer add users';
  const unknown = keys.filter((key) => !roles.has(key));
  if (unknown.length > 0) return `roles: not a role of this practice: ${unknown.join(', ')}`;
  const granted = Rights.of(keys.flatMap((key) => roles.get(key) ?? []));
  if (!rights.covers(granted)) return `roles: ${PROBLEMS.grant_exceeds_own.title}`;
  if (rights.may('user:create', { roles: keys, status: 'invited' })) return null;
  return 'roles: with these the user would be out of your reach';
}

/** As typed: `staff; front-desk`. */
export const rolesIn = (cell: string): string[] =>
  cell
    .split(';')
    .map((key) => key.trim())
    .filter((key) => key !== '');
