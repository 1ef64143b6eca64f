/** The limit program's tables. */
export const schema = `
  create table if not exists practices (id text primary key, name text not null);
  create table if not exists users (
    id uuid primary key, practice_id text not null references practices, username text not null, email text not null,
    display_name text not null, active boolean not null default true, password_hash text not null,
    unique (practice_id, username));
  create table if not exists sessions (
    token_hash bytea primary key, user_id uuid not null references users,
    created_at timestamptz not null default now(), expires_at timestamptz not null);
  create table if not exists resets (
    id uuid primary key, user_id uuid not null references users, state text not null default 'requested',
    nonce bytea not null, verifier bytea, requested_at timestamptz not null default now(), sent_at timestamptz,
    expires_at timestamptz not null);
  create table if not exists outbox (
    id bigint generated always as identity primary key, reset_id uuid not null references resets,
    claimed_until timestamptz not null default '-infinity', sent_at timestamptz, reply text);
  create index if not exists outbox_due on outbox (id) where sent_at is null;`;

/** Its prepared statements. A claim holds for a minute, so that a crash before the mark sends the same mail again. */
export const statements = {
  userById: 'select username from users where id = $1 and active',
  insertReset: `insert into resets (id, user_id, nonce, expires_at) values ($1, $2, $3, now() + interval '24 hours')`,
  insertOutbox: 'insert into outbox (reset_id) values ($1)',
  userByName: 'select id, password_hash from users where practice_id = $1 and username = $2 and active',
  insertSession: `insert into sessions (token_hash, user_id, expires_at) values ($1, $2, now() + interval '12 hours')`,
  claim: `with due as (
      select id from outbox where sent_at is null and claimed_until < now()
      order by id limit 64 for update skip locked
    ), taken as (
      update outbox set claimed_until = now() + interval '1 minute' from due where outbox.id = due.id
      returning outbox.id, outbox.reset_id
    )
    select taken.id, taken.reset_id, r.user_id, r.nonce, r.expires_at, u.email, u.display_name, p.name as practice_name
    from taken join resets r on r.id = taken.reset_id join users u on u.id = r.user_id
      join practices p on p.id = u.practice_id`,
  storeVerifiers: `update resets set verifier = v.verifier
    from unnest($1::uuid[], $2::bytea[]) as v (id, verifier) where resets.id = v.id`,
  markSent: `with sent as (
      update outbox set sent_at = now(), reply = s.reply
      from unnest($1::bigint[], $2::text[]) as s (id, reply) where outbox.id = s.id returning reset_id
    ) update resets set state = 'sent', sent_at = now() from sent where resets.id = sent.reset_id`,
};
