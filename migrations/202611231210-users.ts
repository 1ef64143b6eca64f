import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './tenant-table.js';

/** People, what they know, what they may do, and the sessions they hold. */
export class Users extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table users (
        practice_id uuid not null references practices on delete cascade,
        id uuid not null,
        username text not null check (username ~ '^[a-z0-9][a-z0-9._-]{0,62}$'),
        display_name text not null,
        email text not null,
        locale text not null,
        status text not null check (status in ('invited', 'active', 'deactivated')),
        last_sign_in_at timestamptz,
        created_at timestamptz not null default app_now(),
        updated_at timestamptz not null default app_now(),
        version integer not null default 1,
        primary key (practice_id, id),
        unique (practice_id, username)
      );

      -- Kept apart from users, so that no list, filter or log of users can ever touch a hash.
      create table passwords (
        practice_id uuid not null,
        user_id uuid not null,
        sealed text not null,
        disabled boolean not null default false,
        set_at timestamptz not null default app_now(),
        primary key (practice_id, user_id),
        foreign key (practice_id, user_id) references users on delete cascade
      );
      create table security_answers (
        practice_id uuid not null,
        user_id uuid not null,
        question_id text not null,
        sealed text not null,
        set_at timestamptz not null default app_now(),
        primary key (practice_id, user_id),
        foreign key (practice_id, user_id) references users on delete cascade
      );

      create table roles (
        practice_id uuid not null references practices on delete cascade,
        key text not null,
        name text not null,
        permissions text[] not null,
        created_at timestamptz not null default app_now(),
        version integer not null default 1,
        primary key (practice_id, key)
      );
      create table user_roles (
        practice_id uuid not null,
        user_id uuid not null,
        role_key text not null,
        primary key (practice_id, user_id, role_key),
        foreign key (practice_id, user_id) references users on delete cascade
      );
      create index user_roles_by_role on user_roles (practice_id, role_key);

      create table credentials (
        practice_id uuid not null,
        id uuid not null,
        user_id uuid not null,
        purpose text not null check (purpose in ('welcome', 'reset')),
        nonce bytea not null,
        epoch text not null,
        verifier_key text,
        verifier bytea,
        life_minutes integer not null check (life_minutes between 1 and 1440),
        state text not null default 'live'
          check (state in ('live', 'used', 'expired', 'superseded', 'cancelled')),
        created_at timestamptz not null default app_now(),
        accepted_at timestamptz,
        expires_at timestamptz,
        used_at timestamptz,
        primary key (practice_id, id),
        foreign key (practice_id, user_id) references users on delete cascade
      ) with (fillfactor = 70);
      -- Promise 2: one live temporary credential per user, at every instant.
      create unique index one_live_credential on credentials (practice_id, user_id) where state = 'live';

      create table sessions (
        practice_id uuid not null,
        id uuid not null,
        user_id uuid not null,
        token_hash bytea not null,
        restricted_to uuid,
        transport text not null check (transport in ('cookie', 'bearer')),
        idle_minutes integer not null,
        created_at timestamptz not null default app_now(),
        last_seen_at timestamptz not null default app_now(),
        ends_at timestamptz not null,
        reauthenticated_at timestamptz,
        source_address text,
        user_agent text,
        primary key (practice_id, id),
        unique (practice_id, token_hash),
        foreign key (practice_id, user_id) references users on delete cascade
      );
      create index sessions_by_user on sessions (practice_id, user_id);
    `);
    const api = 'select, insert, update, delete';
    this.addSql(tenantTable('users', { api: 'select, insert, update', worker: 'select' }));
    this.addSql(tenantTable('passwords', { api, worker: 'select' }));
    this.addSql(tenantTable('security_answers', { api }));
    this.addSql(tenantTable('roles', { api, worker: 'select' }));
    this.addSql(tenantTable('user_roles', { api, worker: 'select' }));
    this.addSql(tenantTable('credentials', { api: 'select, insert, update', worker: 'select, update' }));
    this.addSql(tenantTable('sessions', { api, worker: 'select, delete' }));
  }
}
