import { Inject, Injectable } from '@nestjs/common';
import { Rights, Roles } from '#access';
import type { BulkResetFilter, BulkResetPreviewView } from '#contract';
import { Database } from '#database';
import type { Resetter } from './administrator-reset.js';

/** Takes $1 to $6 from `parametersOf`: not oneself, nobody out of reach, nobody who may do more. */
const CANDIDATES = `
  from users u where u.practice_id = current_practice() and u.erased_at is null and u.id <> $1
    and u.status = coalesce($2::text, 'active')
    and ($3::text is null or exists (select from user_roles r where r.practice_id = u.practice_id
      and r.user_id = u.id and r.role_key = $3))
    and ($4::timestamptz is null or exists (select from passwords p where p.practice_id = u.practice_id
      and p.user_id = u.id and p.set_at < $4))
    and not exists (select from user_roles r where r.practice_id = u.practice_id and r.user_id = u.id
      and r.role_key = any($5::text[]))
    and ($6::jsonb is null or u.id in (select id from users_in_reach($6)))`;

/** Whom a bulk reset is for: in its preview, when it begins, and again when somebody's turn has come. */
@Injectable()
export class BulkResetCandidates {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
  ) {}

  async preview(resetter: Resetter, filter: BulkResetFilter): Promise<BulkResetPreviewView> {
    const parameters = await this.#parametersOf(resetter, filter);
    const [[counted], sample] = await Promise.all([
      this.database.sql<{ count: number }>(`select count(*)::int as count ${CANDIDATES}`, parameters),
      this.database.sql<BulkResetPreviewView['sample'][number]>(
        `select u.id as "userId", u.username, u.display_name as "displayName" ${CANDIDATES}
         order by u.username limit 10`,
        parameters,
      ),
    ]);
    return { count: counted?.count ?? 0, sample };
  }

  /** Writes a row for each; returns how many there are. */
  async stage(resetter: Resetter, filter: BulkResetFilter, bulkResetId: string): Promise<number> {
    const parameters = await this.#parametersOf(resetter, filter);
    const [staged] = await this.database.sql<{ count: number }>(
      `with staged as (
         insert into bulk_reset_rows (practice_id, bulk_reset_id, position, user_id)
         select current_practice(), $7, row_number() over (order by u.username), u.id ${CANDIDATES} returning 1
       ) select count(*)::int as count from staged`,
      [...parameters, bulkResetId],
    );
    return staged?.count ?? 0;
  }

  /** Those of them for whom it still is. */
  async among(resetter: Resetter, filter: BulkResetFilter, userIds: readonly string[]): Promise<Set<string>> {
    const parameters = await this.#parametersOf(resetter, filter);
    const rows = await this.database.sql<{ id: string }>(
      `select u.id ${CANDIDATES} and u.id = any($7::uuid[])`,
      [...parameters, userIds],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** One role that permits more is enough to be above: rights only add up. */
  async #parametersOf({ userId, rights }: Resetter, filter: BulkResetFilter): Promise<unknown[]> {
    const above = (await this.roles.list()).filter((role) => !rights.covers(Rights.of([role])));
    const reach = rights.reach('user:reset-password');
    return [
      userId,
      filter.status ?? null,
      filter.role ?? null,
      filter.changedBefore ?? null,
      above.map(({ key }) => key),
      reach && JSON.stringify(reach),
    ];
  }
}
