import { Migration } from '@mikro-orm/migrations';
import { actingAs, ownedBy } from './tenant-table.js';

/** What an administrator asked for who has left since can be agreed to by nobody: it must not be in the way either. */
export class AskersWhoLeft extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create function audit_administers(who uuid) returns boolean language sql stable
        security definer set search_path = public, pg_temp as $$
        select exists (select from users u join user_roles r
          on r.practice_id = u.practice_id and r.user_id = u.id and r.role_key = 'administrator'
          where u.practice_id = current_practice() and u.id = who and u.status = 'active')
      $$;
    `);
    this.addSql(ownedBy('latchkey_audit', 'audit_administers(uuid)', 'latchkey_audit'));
    this.addSql(
      actingAs(
        'latchkey_audit',
        /* sql */ `
      create or replace function audit_retain(wanted integer, who uuid) returns text
        language plpgsql security definer set search_path = public, pg_temp as $$
      declare
        kept audit_retention := audit_retention_held();
      begin
        perform audit_must_administer(who);
        if wanted = kept.years then return 'same'; end if;
        if wanted > kept.years then
          update audit_retention set years = wanted, asked_years = null, asked_by = null, asked_at = null,
            confirmed_by = null, confirmed_at = null, effective_at = null
            where practice_id = current_practice();
          return 'raised';
        end if;
        -- What two have agreed on stands, whoever of them leaves.
        if kept.confirmed_by is not null or audit_administers(kept.asked_by) then
          raise exception 'a lowering is asked for already' using errcode = 'LK011';
        end if;
        update audit_retention set asked_years = wanted, asked_by = who, asked_at = audit_clock()
          where practice_id = current_practice();
        return 'requested';
      end $$;

      create or replace function practice_asks_lifting(who uuid) returns void
        language plpgsql security definer set search_path = public, pg_temp as $$
      begin
        perform audit_must_administer(who);
        update audit_holds set lifting_by = null, lifting_at = null
          where practice_id = current_practice() and party = 'practice' and not audit_administers(lifting_by::uuid);
        perform audit_ask_lifting('practice', who::text);
      end $$;
        `,
      ),
    );
  }
}
