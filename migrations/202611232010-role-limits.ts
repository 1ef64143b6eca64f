import { Migration } from '@mikro-orm/migrations';

/** A role may hold a permission for some users only, or for some of their fields. */
export class RoleLimits extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table roles add column limits jsonb not null default '{}';

      -- The users that one of the given reaches extends to: [{ "roles": […], "status": […] }, …]. A table
      -- function of one plain query is inlined: lists keep their indexes, and rows stay under the caller's
      -- row-level security.
      create function users_in_reach(reaches jsonb) returns table (id uuid)
        language sql stable parallel safe as $$
        select u.id from users u
        where u.practice_id = current_practice() and exists (
          select from jsonb_to_recordset(reaches) as reach(roles text[], status text[])
          where (reach.status is null or u.status = any(reach.status))
            and (reach.roles is null or not exists (
              select from user_roles r where r.practice_id = u.practice_id and r.user_id = u.id
                and r.role_key <> all(reach.roles))))
      $$;
      revoke all on function users_in_reach(jsonb) from public;
      grant execute on function users_in_reach(jsonb) to latchkey_api;
    `);
  }
}
