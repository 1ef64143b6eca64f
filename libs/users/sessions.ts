import { Inject, Injectable } from '@nestjs/common';
import { Rights, Roles } from '#access';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { type Actor, newId, Problem } from '#runtime';
import { newSessionToken, parseSessionToken, type Secret } from '#secrets';
import type { Account } from './accounts.js';
import { RECENT } from './session-proof.js';

/** How long a session lasts that a temporary credential has opened. */
export const RESTRICTED_MINUTES = 15;
/** Writing "last seen" on every request would make every read a write. */
const SEEN_EVERY_SECONDS = 20;
/** Sessions that stand. Their limits are those of their sign-in, or the policy's of today where that is shorter. */
const STANDING = `
  select s.*, l.idle, l.over_at, ${RECENT} as recent
  from sessions s join practices p on p.practice_id = s.practice_id
  cross join lateral (select
    make_interval(mins => case when s.restricted_to is null
      then least(s.idle_minutes, (p.policy->>'sessionIdleMinutes')::int) else s.idle_minutes end) as idle,
    case when s.restricted_to is null
      then least(s.ends_at, s.created_at + make_interval(hours => (p.policy->>'sessionAbsoluteHours')::int))
      else s.ends_at end as over_at) l
  where s.practice_id = current_practice() and l.over_at > app_now() and s.last_seen_at + l.idle > app_now()`;

const WITH_TOKEN = '(s.token_hash = $1 or (s.former_hash = $1 and s.former_until > app_now()))';

/** Who is signed in, as far as this request is concerned. */
export interface Principal {
  practiceId: string;
  userId: string;
  displayName: string;
  sessionId: string;
  rights: Rights;
  /** Set in a session opened with a temporary credential, which may only set the password. */
  restrictedTo: string | null;
  /** The password was proved within the policy's `reauthenticateMinutes`, or the policy asks for nothing. */
  recent: boolean;
  expiresAt: Date;
}

export interface NewSession {
  transport: 'cookie' | 'bearer';
  userAgent: string | null;
  restrictedTo: string | null;
}

interface Row {
  id: string;
  user_id: string;
  display_name: string;
  restricted_to: string | null;
  recent: boolean;
  expires_at: Date;
  roles: string[];
}

/** Opaque sessions, kept by the hash of their token; ending one deletes it, everywhere and at once. */
@Injectable()
export class Sessions {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  async open(
    actor: Actor,
    account: Account,
    session: NewSession,
  ): Promise<{ principal: Principal; token: Secret }> {
    const token = newSessionToken(this.database.practiceId);
    const restricted = session.restrictedTo !== null;
    const idle = restricted ? RESTRICTED_MINUTES : account.policy.sessionIdleMinutes;
    const longest = restricted ? RESTRICTED_MINUTES : account.policy.sessionAbsoluteHours * 60;
    const id = newId();
    const [row] = await this.database.sql<Pick<Row, 'expires_at'>>(
      `insert into sessions (practice_id, id, user_id, token_hash, restricted_to, transport, idle_minutes,
         ends_at, reauthenticated_at, source_address, user_agent)
       values (current_practice(), $1, $2, $3, $4, $5, $6, app_now() + make_interval(mins => $7), app_now(), $8, $9)
       returning least(ends_at, app_now() + make_interval(mins => idle_minutes)) as expires_at`,
      [
        id,
        account.userId,
        parseSessionToken(token.reveal())?.hash,
        session.restrictedTo,
        session.transport,
        idle,
        longest,
        actor.sourceAddress,
        session.userAgent?.slice(0, 300) ?? null,
      ],
    );
    if (!row) throw new Error('A session must be stored');
    const principal = await this.#principal(account.practiceId, {
      ...row,
      id,
      user_id: account.userId,
      display_name: account.displayName,
      restricted_to: session.restrictedTo,
      recent: !restricted,
      roles: account.roles,
    });
    return { principal, token };
  }

  /**
   * Who a token belongs to, or null: unknown, idle too long, ended, or its user deactivated. A request
   * that runs by itself (`background`) does not keep the session alive.
   */
  async authenticate(token: string, background: boolean): Promise<Principal | null> {
    const parsed = parseSessionToken(token);
    if (!parsed) return null;
    return this.database.inPractice(parsed.practiceId, async () => {
      const [row] = await this.database.sql<Row>(
        `with current as (
           ${STANDING} and ${WITH_TOKEN}
         ), seen as (
           update sessions s set last_seen_at = app_now() from current c
           where $2 and s.practice_id = c.practice_id and s.id = c.id
             and c.last_seen_at < app_now() - make_interval(secs => ${SEEN_EVERY_SECONDS})
         )
         select c.id, c.user_id, u.display_name, c.restricted_to, c.recent,
           least(c.over_at, case when $2 then app_now() else c.last_seen_at end + c.idle) as expires_at,
           array(select r.role_key from user_roles r where r.practice_id = c.practice_id
             and r.user_id = c.user_id) as roles
         from current c join users u on u.practice_id = c.practice_id and u.id = c.user_id
         where u.status <> 'deactivated'`,
        [parsed.hash, !background],
      );
      return row ? this.#principal(parsed.practiceId, row) : null;
    });
  }

  /** Those of the sessions that stand now, with what their users may do now; none is kept alive by it. */
  async standing(sessionIds: readonly string[]): Promise<Map<string, Principal>> {
    const rows = await this.database.sql<Row>(
      `select c.id, c.user_id, u.display_name, c.restricted_to, c.recent,
         least(c.over_at, c.last_seen_at + c.idle) as expires_at,
         array(select r.role_key from user_roles r where r.practice_id = c.practice_id
           and r.user_id = c.user_id) as roles
       from (${STANDING} and s.id = any($1::uuid[])) c
       join users u on u.practice_id = c.practice_id and u.id = c.user_id where u.status <> 'deactivated'`,
      [sessionIds],
    );
    const principals = rows.map((row) => this.#principal(this.database.practiceId, row));
    return new Map((await Promise.all(principals)).map((principal) => [principal.sessionId, principal]));
  }

  /** Newest first, one more than `limit` when there is more; `before` is the last id already shown. */
  async list(userId: string, limit: number, before: string | null) {
    return this.database.sql<{
      id: string;
      transport: 'cookie' | 'bearer';
      source_address: string | null;
      user_agent: string | null;
      created_at: Date;
      last_seen_at: Date;
      expires_at: Date;
    }>(
      `select id, transport, source_address, user_agent, created_at, last_seen_at,
         least(over_at, last_seen_at + idle) as expires_at
       from (${STANDING} and s.user_id = $1) s where $2::uuid is null or id < $2 order by id desc limit $3`,
      [userId, before, limit + 1],
    );
  }

  /**
   * Ends one of the caller's sessions, maybe this one; false when it is not theirs or not there.
   * @throws Problem `unauthenticated` when this one has been ended meanwhile.
   */
  async end(actor: Actor, { userId, sessionId: own }: Principal, sessionId: string): Promise<boolean> {
    // In one order: two sessions that end each other must not wait for each other.
    const held = await this.database.sql<{ id: string }>(
      `select id from sessions where practice_id = current_practice() and user_id = $1 and id = any($2::uuid[])
       order by id for update`,
      [userId, [own, sessionId]],
    );
    if (!held.some(({ id }) => id === own)) throw Problem.of('unauthenticated');
    if (!held.some(({ id }) => id === sessionId)) return false;
    await this.database.sql('delete from sessions where practice_id = current_practice() and id = $1', [
      sessionId,
    ]);
    this.trail.record({ action: 'session.ended', actor, target: { type: 'session', id: sessionId } });
    return true;
  }

  /** Ends the session that a browser brought to a sign-in, whosever it was: a new one takes its place (ASVS 7.2.4). */
  async endReplaced(actor: Actor, token: string): Promise<void> {
    const parsed = parseSessionToken(token);
    if (!parsed) return;
    await this.database.inPractice(parsed.practiceId, async () => {
      const [ended] = await this.database.sql<{ id: string; user_id: string }>(
        `delete from sessions s where s.practice_id = current_practice() and ${WITH_TOKEN} returning id, user_id`,
        [parsed.hash],
      );
      if (!ended) return;
      const owner: Actor = { ...actor, type: 'user', id: ended.user_id };
      this.trail.record({ action: 'session.ended', actor: owner, target: { type: 'session', id: ended.id } });
    });
  }

  /** Ends every session of the user, or every other one; returns how many. */
  async endAll(userId: string, except: string | null = null): Promise<number> {
    const rows = await this.database.sql(
      `delete from sessions where practice_id = current_practice() and user_id = $1
         and ($2::uuid is null or id <> $2) returning 1`,
      [userId, except],
    );
    return rows.length;
  }

  /** Ends sessions opened with a temporary credential; returns those credentials. */
  async endRestricted(userId: string): Promise<string[]> {
    const rows = await this.database.sql<{ restricted_to: string }>(
      `delete from sessions where practice_id = current_practice() and user_id = $1
         and restricted_to is not null returning restricted_to`,
      [userId],
    );
    return rows.map((row) => row.restricted_to);
  }

  async #principal(practiceId: string, row: Row): Promise<Principal> {
    return {
      practiceId,
      userId: row.user_id,
      displayName: row.display_name,
      sessionId: row.id,
      rights: row.restricted_to ? Rights.NOTHING : await this.roles.rightsOf(row.roles),
      restrictedTo: row.restricted_to,
      recent: row.recent,
      expiresAt: row.expires_at,
    };
  }
}
