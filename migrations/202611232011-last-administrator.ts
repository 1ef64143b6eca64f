import { Migration } from '@mikro-orm/migrations';
import { ownedBy } from './tenant-table.js';

/** What can take an administrator away, and the column that says whom. Users are never deleted alone. */
const REMOVALS = [
  ['user_roles', 'user_id', 'update or delete', "old.role_key = 'administrator'"],
  ['users', 'id', 'update', "old.status = 'active' and new.status <> 'active'"],
  ['passwords', 'user_id', 'delete', 'true'],
] as const;

/** A practice keeps an administrator, whatever statement forgets to ask (promise 12). */
export class LastAdministrator extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- The contract's words: active, own password set, and not locked by a reset.
      create function administrator_remains(practice uuid) returns boolean
        language sql stable as $$
        select exists (
          select from user_roles r
          join users u on u.practice_id = r.practice_id and u.id = r.user_id and u.status = 'active'
          join passwords p on p.practice_id = r.practice_id and p.user_id = r.user_id and not p.disabled
          where r.practice_id = practice and r.role_key = 'administrator')
      $$;
      revoke all on function administrator_remains(uuid) from public;
      grant execute on function administrator_remains(uuid) to latchkey_api, latchkey_door;

      create policy door on users for select to latchkey_door using (true);
      create policy door on passwords for select to latchkey_door using (true);
      create policy door on user_roles for select to latchkey_door using (true);
      create policy removal_lock on practices for update to latchkey_door using (true);
      grant select (practice_id, id, status) on users to latchkey_door;
      grant select (practice_id, user_id, disabled) on passwords to latchkey_door;
      grant select (practice_id, user_id, role_key) on user_roles to latchkey_door;
      grant update (status) on practices to latchkey_door;

      -- Runs when the transaction commits. Two that remove one administrator each would both see the
      -- other's: the row of the practice is written, so that one waits and then looks again, or, having
      -- asked for one snapshot throughout, fails (40001). A practice that is gone needs nobody.
      create function keep_administrator() returns trigger
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        whom uuid := to_jsonb(old) ->> tg_argv[0];
      begin
        -- The role itself was taken away, or its holder was: everybody else may come and go.
        if tg_table_name <> 'user_roles' and not exists (select from user_roles r
            where r.practice_id = old.practice_id and r.user_id = whom and r.role_key = 'administrator') then
          return null;
        end if;
        update practices set status = status where practice_id = old.practice_id;
        if found and not administrator_remains(old.practice_id) then
          raise exception 'practice % would lose its last administrator', old.practice_id using errcode = 'LK001';
        end if;
        return null;
      end $$;
    `);
    for (const [table, column, events, removes] of REMOVALS) {
      this.addSql(/* sql */ `
        create constraint trigger keep_administrator after ${events} on ${table}
          deferrable initially deferred
          for each row when (${removes}) execute function keep_administrator('${column}');
      `);
    }
    this.addSql(ownedBy('latchkey_door', 'keep_administrator()', 'latchkey_owner'));
  }
}
