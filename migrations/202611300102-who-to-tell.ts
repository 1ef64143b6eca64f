import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/** Only practices that may be told now, in no order: those that were told just now, or cannot be, stand before nobody. */
export class WhoToTell extends Migration {
  override up(): void {
    this.addSql('grant select (notice_id) on delivery_failures to latchkey_door;');
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      create or replace function practices_to_tell() returns table (practice_id uuid)
        language sql volatile security definer set search_path = public, pg_temp as $$
        select w.practice_id from (
          select distinct f.practice_id from delivery_failures f where f.told_at is null
        ) w
        where exists (select from mail_pulse where stopped_at is null)
          and not exists (select from delivery_failures told
            left join outbox o on o.practice_id = told.practice_id and o.delivery_id = told.notice_id
            where told.practice_id = w.practice_id
              and (told.told_at > app_now() - interval '10 minutes' or o.delivery_id is not null))
        order by random() limit 1000
      $$;
        `,
      ),
    );
  }
}
