import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** Which mails an operator can have tried again: ids only, and only of what is still in the outbox. */
export class Undelivered extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- The one asked for, or every one that was put off and waits for its time.
      create function undelivered(which uuid) returns table (practice_id uuid, delivery_id uuid)
        language sql stable security definer set search_path = public, pg_temp as $$
        select o.practice_id, o.delivery_id from outbox o
        where o.delivery_id = which or (which is null and (o.due_at > app_now()
          or (o.claimed_by is null and o.claimed_until > app_now())))
        order by o.due_at
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'undelivered(uuid)', 'latchkey_api'));
  }
}
