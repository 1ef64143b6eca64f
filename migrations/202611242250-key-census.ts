import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** How much is still sealed under which root: what an operator has to know before one of them goes. */
export class KeyCensus extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- A column of its own, so that whoever counts sees the name of the root and never what is sealed.
      alter table passwords add column key_id text generated always as (split_part(sealed, '.', 1)) stored;
      alter table security_answers add column key_id text generated always as (split_part(sealed, '.', 1)) stored;
      create policy door on security_answers for select to latchkey_door using (true);
      grant select (key_id, disabled) on passwords to latchkey_door;
      grant select (key_id) on security_answers to latchkey_door;

      -- Of the whole installation, nobody's. A disabled password opens nothing, under whatever root.
      create function key_census() returns table (key_id text, passwords integer, answers integer)
        language sql stable security definer set search_path = public, pg_temp as $$
        select s.key_id, sum(s.password)::integer, sum(s.answer)::integer from (
          select p.key_id, 1 as password, 0 as answer from passwords p where not p.disabled
          union all select a.key_id, 0, 1 from security_answers a
        ) s group by s.key_id order by s.key_id
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'key_census()', 'latchkey_api'));
  }
}
