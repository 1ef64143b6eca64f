import { Inject, Injectable } from '@nestjs/common';
import type { ListUsers, UserReach, UserView } from '#contract';
import { Database } from '#database';

interface Row {
  id: string;
  username: string;
  display_name: string;
  email: string;
  locale: 'en' | 'es';
  status: UserView['status'];
  roles: string[];
  security_question: boolean;
  email_undeliverable: boolean;
  credential: { accepted_at: string | null; expires_at: string | null } | null;
  last_sign_in_at: Date | null;
  created_at: Date;
  updated_at: Date;
  version: number;
}

/** A user as the API shows them, with the version that makes the ETag. */
export interface VersionedUser {
  view: UserView;
  version: number;
}

const VIEW = `
  select u.id, u.username, u.display_name, u.email, u.locale, u.status, u.last_sign_in_at, u.created_at,
    u.updated_at, u.version, u.email_undeliverable_since is not null as email_undeliverable,
    array(select r.role_key from user_roles r where r.practice_id = u.practice_id and r.user_id = u.id
      order by r.role_key) as roles,
    exists (select from security_answers a where a.practice_id = u.practice_id and a.user_id = u.id)
      as security_question,
    (select json_build_object('accepted_at', c.accepted_at, 'expires_at', c.expires_at) from credentials c
      where c.practice_id = u.practice_id and c.user_id = u.id and c.state = 'live') as credential
  from users u where u.practice_id = current_practice() and u.erased_at is null`;
/** Two statements: whoever is not limited pays nothing for it. Each takes the reach as $1, and only its own kind. */
const EVERYBODY = `${VIEW} and $1::jsonb is null`;
const WITHIN = `${VIEW} and exists (select from users_in_reach($1) near where near.id = u.id)`;

/** Reads users for display: never a hash, never an answer. */
@Injectable()
export class UserDirectory {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Null also for a user whom the reach leaves out; `null` for a reach leaves out nobody. */
  async find(id: string, reach: UserReach[] | null): Promise<VersionedUser | null> {
    const [row] = await this.database.sql<Row>(`${reach ? WITHIN : EVERYBODY} and u.id = $2`, [
      reach && JSON.stringify(reach),
      id,
    ]);
    return row ? { view: toView(row, this.database.now), version: row.version } : null;
  }

  /** By username, one more than `limit` when there is more; `after` is the last username already shown. */
  async list(query: ListUsers, after: string | null, reach: UserReach[] | null): Promise<UserView[]> {
    const rows = await this.database.sql<Row>(
      `${reach ? WITHIN : EVERYBODY} and ($2::text is null or u.username > $2) and ($3::text is null or u.status = $3)
         and ($4::text is null or exists (select from user_roles r where r.practice_id = u.practice_id
           and r.user_id = u.id and r.role_key = $4))
         and ($5::text is null or u.id::text = $5 or u.username ilike $6 or u.display_name ilike $6
           or u.email ilike $6)
         and ($8::text is null or exists (select from credentials c where c.practice_id = u.practice_id
           and c.user_id = u.id and c.state = 'live' and $8 = case
             when c.accepted_at is null or c.expires_at is null then 'pending'
             when c.expires_at > app_now() then 'sent' else 'expired' end))
       order by u.username limit $7`,
      [
        reach && JSON.stringify(reach),
        after,
        query.status ?? null,
        query.role ?? null,
        query.search?.trim() || null,
        `%${(query.search ?? '').trim().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`,
        query.limit + 1,
        query.temporaryPassword ?? null,
      ],
    );
    return rows.map((row) => toView(row, this.database.now));
  }
}

function toView(row: Row, now: Date): UserView {
  return {
    id: row.id,
    username: row.username,
    displayName: row.display_name,
    email: row.email,
    emailUndeliverable: row.email_undeliverable,
    locale: row.locale,
    roles: row.roles,
    status: row.status,
    lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
    temporaryPassword: row.credential ? temporaryPassword(row.credential, now) : null,
    securityQuestion: row.security_question,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

function temporaryPassword(
  credential: { accepted_at: string | null; expires_at: string | null },
  now: Date,
): UserView['temporaryPassword'] {
  if (!credential.accepted_at || !credential.expires_at) return { state: 'pending', expiresAt: null };
  const expiresAt = new Date(credential.expires_at);
  return { state: expiresAt > now ? 'sent' : 'expired', expiresAt: expiresAt.toISOString() };
}
