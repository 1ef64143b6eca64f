import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** Once a month each practice is looked at: has it more than one administrator? */
export class AdministratorReviews extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table practices add column administrators_reviewed_at timestamptz not null default app_now();
      create index practices_to_review on practices (administrators_reviewed_at) where status = 'active';
      grant update (administrators_reviewed_at) on practices to latchkey_worker;
      grant select (administrators_reviewed_at) on practices to latchkey_door;

      -- Practices whose month is over: ids only.
      create function practices_to_review() returns table (practice_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select p.practice_id from practices p
        where p.status = 'active' and p.administrators_reviewed_at < app_now() - interval '30 days'
        order by p.administrators_reviewed_at limit 1000
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'practices_to_review()', 'latchkey_worker'));
  }
}
