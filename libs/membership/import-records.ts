import { Inject, Injectable } from '@nestjs/common';
import type { UserImportOutcome, UserImportRowView, UserImportView } from '#contract';
import { Database } from '#database';
import type { Actor } from '#runtime';
import type { ImportedLine } from './import-file.js';
import type { StagedRow } from './import-judge.js';

/** An import that has rows without an outcome. */
export interface RunningImport {
  id: string;
  dryRun: boolean;
  welcome: boolean;
  actor: Actor;
}

/** What became of a row. */
export interface SettledRow {
  line: number;
  outcome: Exclude<UserImportOutcome, 'pending'>;
  reason: string | null;
  userId: string | null;
}

/** A row that could not be imported, as it was written. */
export interface FailedRow extends StagedRow {
  reason: string;
}

interface Row {
  id: string;
  state: UserImportView['state'];
  dry_run: boolean;
  welcome: boolean;
  actor: Actor;
  total: number;
  created: number;
  skipped: number;
  failed: number;
  created_at: Date;
  finished_at: Date | null;
}

const ROW = `
  select id, state, dry_run, welcome, actor, total, created, skipped, failed, created_at, finished_at
  from user_imports where practice_id = current_practice() and id = $1`;

/** Imports and their rows, as they are stored. */
@Injectable()
export class ImportRecords {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** What already is at fault has its outcome from the start. */
  async create(running: RunningImport, lines: readonly ImportedLine[]): Promise<void> {
    const failed = lines.filter(({ fault }) => fault !== null).length;
    await this.database.sql(
      `insert into user_imports (practice_id, id, dry_run, welcome, requested_by, actor, total, failed)
       values (current_practice(), $1, $2, $3, $4, $5, $6, $7)`,
      [
        running.id,
        running.dryRun,
        running.welcome,
        running.actor.type === 'operator' ? null : running.actor.id,
        JSON.stringify(running.actor),
        lines.length,
        failed,
      ],
    );
    await this.database.sql(
      `insert into user_import_rows (practice_id, import_id, line, username, display_name, email, roles, reason,
         outcome)
       select current_practice(), $1, line, username, display_name, email, roles, reason,
         case when reason is null then 'pending' else 'failed' end
       from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
         as r (line, username, display_name, email, roles, reason)`,
      [
        running.id,
        lines.map(({ line }) => line),
        lines.map(({ username }) => username),
        lines.map(({ displayName }) => displayName),
        lines.map(({ email }) => email),
        lines.map(({ roles }) => roles),
        lines.map(({ fault }) => fault),
      ],
    );
  }

  /** Until this transaction ends no other import of the practice begins: they are counted. */
  async holdStarts(): Promise<void> {
    await this.database.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `user-imports ${this.database.practiceId}`,
    ]);
  }

  async countRunning(): Promise<number> {
    const [row] = await this.database.sql<{ count: number }>(
      `select count(*)::int as count from user_imports where practice_id = current_practice() and state = 'running'`,
    );
    return row?.count ?? 0;
  }

  async find(id: string): Promise<{ view: UserImportView; running: RunningImport } | null> {
    const [row] = await this.database.sql<Row>(ROW, [id]);
    return row ? { view: toView(row), running: toRunning(row) } : null;
  }

  /** By line, one more than `limit` when there is more; `after` is the last line already shown. */
  rows(
    id: string,
    page: { after: number; limit: number; outcome: UserImportOutcome | null },
  ): Promise<UserImportRowView[]> {
    return this.database.sql<UserImportRowView>(
      `select line, username, outcome, reason from user_import_rows
       where practice_id = current_practice() and import_id = $1 and line > $2
         and ($3::text is null or outcome = $3) order by line limit $4`,
      [id, page.after, page.outcome, page.limit + 1],
    );
  }

  failedRows(id: string): Promise<FailedRow[]> {
    return this.database.sql<FailedRow>(
      `select line, username, display_name as "displayName", email, roles, reason from user_import_rows
       where practice_id = current_practice() and import_id = $1 and outcome = 'failed' order by line`,
      [id],
    );
  }

  /** The next rows without an outcome. */
  pending(id: string, most: number): Promise<StagedRow[]> {
    return this.database.sql<StagedRow>(
      `select line, username, display_name as "displayName", email, roles from user_import_rows
       where practice_id = current_practice() and import_id = $1 and outcome = 'pending' order by line limit $2`,
      [id, most],
    );
  }

  async settle(id: string, rows: readonly SettledRow[]): Promise<void> {
    await this.database.sql(
      `with settled as (
         update user_import_rows r set outcome = s.outcome, reason = s.reason, user_id = s.user_id
         from unnest($2::int[], $3::text[], $4::text[], $5::uuid[]) as s (line, outcome, reason, user_id)
         where r.practice_id = current_practice() and r.import_id = $1 and r.line = s.line
           and r.outcome = 'pending' returning r.outcome
       ) update user_imports set
           created = created + (select count(*) from settled where outcome in ('created', 'would_create')),
           skipped = skipped + (select count(*) from settled where outcome = 'skipped'),
           failed = failed + (select count(*) from settled where outcome = 'failed')
         where practice_id = current_practice() and id = $1`,
      [
        id,
        rows.map(({ line }) => line),
        rows.map(({ outcome }) => outcome),
        rows.map(({ reason }) => reason),
        rows.map(({ userId }) => userId),
      ],
    );
  }

  async complete(id: string): Promise<void> {
    await this.database.sql(
      `update user_imports set state = 'completed', finished_at = app_now()
       where practice_id = current_practice() and id = $1 and state = 'running'`,
      [id],
    );
  }

  /** Takes a person out of what was read from files, and out of the imports that they started. */
  async forget({
    userId,
    username,
    email,
  }: {
    userId: string;
    username: string;
    email: string;
  }): Promise<void> {
    await this.database.sql(
      `with theirs as (
         select import_id, line, outcome from user_import_rows
         where practice_id = current_practice() and (user_id = $1 or username = $2 or lower(email) = lower($3))
         for update
       ), blank as (
         update user_import_rows r set username = 'erased', display_name = '', email = '', roles = '',
           outcome = case when t.outcome = 'pending' then 'failed' else t.outcome end,
           reason = case when t.outcome in ('pending', 'failed') then 'erased' else r.reason end
         from theirs t
         where r.practice_id = current_practice() and r.import_id = t.import_id and r.line = t.line
       ) update user_imports i set failed = failed + (
           select count(*) from theirs t where t.import_id = i.id and t.outcome = 'pending')
         where i.practice_id = current_practice()
           and i.id in (select import_id from theirs where outcome = 'pending')`,
      [userId, username, email],
    );
    await this.database.sql(
      `update user_imports set actor = actor || '{"sourceAddress": null}'
       where practice_id = current_practice() and requested_by = $1`,
      [userId],
    );
  }
}

const toRunning = (row: Row): RunningImport => ({
  id: row.id,
  dryRun: row.dry_run,
  welcome: row.welcome,
  actor: row.actor,
});

const toView = (row: Row): UserImportView => ({
  id: row.id,
  state: row.state,
  dryRun: row.dry_run,
  welcome: row.welcome,
  total: row.total,
  done: row.created + row.skipped + row.failed,
  created: row.created,
  skipped: row.skipped,
  failed: row.failed,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
});
