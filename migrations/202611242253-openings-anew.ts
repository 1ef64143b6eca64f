import { Migration } from '@mikro-orm/migrations';
import { actingAs } from './tenant-table.js';

/** A practice that nobody confirmed within a week is gone by the clock, whether or not a worker has removed it yet. */
export class OpeningsAnew extends Migration {
  override up(): void {
    this.addSql(
      actingAs(
        'latchkey_door',
        /* sql */ `
      create or replace function claim_opening(digest bytea, candidate uuid, out outcome text, out practice uuid)
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare known openings;
      begin
        insert into openings values (digest, candidate, app_now()) on conflict do nothing;
        if found then outcome := 'new'; practice := candidate; return; end if;
        select * into known from openings where address_digest = digest for update;
        if known.mailed_at > app_now() - interval '1 day' then outcome := 'recent'; return; end if;
        if exists (select from practices p where p.practice_id = known.practice_id and p.status = 'pending'
          and p.created_at > app_now() - interval '7 days') then
          outcome := 'again'; practice := known.practice_id;
        else
          outcome := 'new'; practice := candidate;
        end if;
        update openings set practice_id = practice, mailed_at = app_now() where address_digest = digest;
      end $$;
        `,
      ),
    );
  }
}
