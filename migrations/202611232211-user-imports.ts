import { Migration } from '@mikro-orm/migrations';
import { ownedBy, stateMachine, tenantTable } from './tenant-table.js';

/** Users read from a file: the import, and its rows until a week after it has ended. */
export class UserImports extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table user_imports (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        state text not null default 'running' check (state in ('running', 'completed')),
        dry_run boolean not null,
        welcome boolean not null,
        requested_by uuid not null,
        actor jsonb not null,
        total integer not null,
        created integer not null default 0,
        skipped integer not null default 0,
        failed integer not null default 0,
        created_at timestamptz not null default app_now(),
        finished_at timestamptz,
        primary key (practice_id, id),
        foreign key (practice_id, requested_by) references users on delete cascade,
        constraint no_more_than_there_are check (created + skipped + failed <= total)
      ) with (fillfactor = 50);
      create index user_imports_running on user_imports (practice_id) where state = 'running';
      create index user_imports_finished on user_imports (finished_at) where finished_at is not null;

      create table user_import_rows (
        practice_id uuid not null,
        import_id uuid not null,
        line integer not null,
        username text not null,
        display_name text not null,
        email text not null,
        roles text not null,
        outcome text not null default 'pending'
          check (outcome in ('pending', 'created', 'would_create', 'skipped', 'failed')),
        reason text,
        user_id uuid,
        primary key (practice_id, import_id, line),
        foreign key (practice_id, import_id) references user_imports on delete cascade
      ) with (fillfactor = 70);
      create index user_import_rows_pending on user_import_rows (practice_id, import_id, line)
        where outcome = 'pending';
      create index user_import_rows_by_username on user_import_rows (practice_id, username);

      -- What was written in the file, and where the request came from, go a week after the end.
      create policy door on user_imports to latchkey_door using (true) with check (true);
      create policy door on user_import_rows to latchkey_door using (true);
      grant select (practice_id, id, finished_at, actor), update (actor) on user_imports to latchkey_door;
      grant select (practice_id, import_id), delete on user_import_rows to latchkey_door;
      create function forget_user_imports() returns void
        language sql security definer set search_path = public, pg_temp as $$
        delete from user_import_rows r using user_imports i
        where i.practice_id = r.practice_id and i.id = r.import_id
          and i.finished_at < app_now() - interval '7 days';
        update user_imports set actor = actor || '{"sourceAddress": null}'
        where finished_at < app_now() - interval '7 days' and actor ->> 'sourceAddress' is not null;
      $$;
    `);
    this.addSql(ownedBy('latchkey_door', 'forget_user_imports()', 'latchkey_worker'));
    this.addSql(tenantTable('user_imports', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(tenantTable('user_import_rows', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(stateMachine('user_imports', { running: ['completed'] }));
    this.addSql(/* sql */ `
      -- The worker adds the users. Holding a role while it is given (FOR SHARE) asks for the right to change
      -- some column of it: one that decides nothing.
      grant insert on users, user_roles, credentials to latchkey_worker;
      grant update (created_at) on roles to latchkey_worker;
    `);
  }
}
