import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import type { ListSupportGrants, SupportGrantState, SupportGrantView, UserReach } from '#contract';
import { Database } from '#database';
import { type Actor, newId } from '#runtime';

/** A grant as stored; operators are names. */
export interface SupportGrant {
  id: string;
  userId: string;
  username: string;
  state: SupportGrantState;
  reason: string;
  proposedBy: string;
  proposedAt: Date;
  approvedBy: string | null;
  approvedAt: Date | null;
  dueAt: Date | null;
  expiresAt: Date;
  resetId: string | null;
  due: boolean;
  expired: boolean;
}

/** A grant that nobody carried on ends this long after it was proposed. */
const GRANT_HOURS = 72;
/** Between approval and mail; the table refuses less. */
export const DELAY_HOURS = 4;

const VIEW = `
  select g.id, g.user_id as "userId", g.state, g.reason,
    case when u.erased_at is null then u.username else 'erased' end as username,
    g.proposed_by as "proposedBy", g.proposed_at as "proposedAt", g.approved_by as "approvedBy",
    g.approved_at as "approvedAt", g.due_at as "dueAt", g.expires_at as "expiresAt", g.reset_id as "resetId",
    coalesce(g.due_at <= app_now(), false) as due, g.expires_at <= app_now() as expired
  from support_grants g join users u on u.practice_id = g.practice_id and u.id = g.user_id
  where g.practice_id = current_practice()`;
const WITHIN = `${VIEW}
  and ($1::jsonb is null or exists (select from users_in_reach($1) near where near.id = g.user_id))`;

/** The rows of support grants; each change writes its event in the same transaction. */
@Injectable()
export class GrantRows {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Null when one is open for this user already. */
  async propose(actor: Actor, operator: string, userId: string, reason: string): Promise<string | null> {
    const id = newId();
    const rows = await this.database.sql(
      `insert into support_grants (practice_id, id, user_id, reason, proposed_by, proposed_at, expires_at)
       values (current_practice(), $1, $2, $3, $4, app_now(), app_now() + interval '${GRANT_HOURS} hours')
       on conflict (practice_id, user_id) where state in ('proposed', 'approved') do nothing returning 1`,
      [id, userId, reason, operator],
    );
    if (rows.length === 0) return null;
    this.#record(actor, 'proposed', id, { userId, reason });
    return id;
  }

  async approve(actor: Actor, operator: string, grant: SupportGrant): Promise<void> {
    await this.database.sql(
      `update support_grants set state = 'approved', approved_by = $2, approved_at = app_now(),
         due_at = app_now() + interval '${DELAY_HOURS} hours'
       where practice_id = current_practice() and id = $1`,
      [grant.id, operator],
    );
    this.#record(actor, 'approved', grant.id, { userId: grant.userId, reason: grant.reason });
  }

  async end(
    actor: Actor,
    grant: SupportGrant,
    state: 'cancelled' | 'expired',
    reason: string,
  ): Promise<void> {
    await this.database.sql(
      'update support_grants set state = $2 where practice_id = current_practice() and id = $1',
      [grant.id, state],
    );
    this.#record(actor, state, grant.id, { userId: grant.userId, reason });
  }

  async carriedOut(actor: Actor, grant: SupportGrant, resetId: string): Promise<void> {
    await this.database.sql(
      `update support_grants set state = 'carried_out', reset_id = $2
       where practice_id = current_practice() and id = $1`,
      [grant.id, resetId],
    );
    this.#record(actor, 'carried-out', grant.id, { userId: grant.userId, resetId });
  }

  /**
   * Newest first, one more than `limit` when there is more; `before` is the last id already shown, `reach`
   * the users whose grants may be seen, null for all.
   */
  list(query: ListSupportGrants, before: string | null, reach: UserReach[] | null): Promise<SupportGrant[]> {
    return this.database.sql<SupportGrant>(
      `${WITHIN} and ($2::uuid is null or g.id < $2) and ($3::text is null or g.state = $3)
       order by g.id desc limit $4`,
      [reach && JSON.stringify(reach), before, query.state ?? null, query.limit + 1],
    );
  }

  async find(id: string, reach: UserReach[] | null): Promise<SupportGrant | null> {
    const [row] = await this.database.sql<SupportGrant>(`${WITHIN} and g.id = $2`, [
      reach && JSON.stringify(reach),
      id,
    ]);
    return row ?? null;
  }

  /** Alone: whoever else would change the grant waits, and then sees what became of it. */
  async hold(id: string): Promise<SupportGrant | null> {
    const [row] = await this.database.sql<SupportGrant>(`${VIEW} and g.id = $1 for update of g`, [id]);
    return row ?? null;
  }

  /** Open ones that nobody else is at work on. */
  holdOpen(): Promise<SupportGrant[]> {
    return this.database.sql<SupportGrant>(
      `${VIEW} and g.state in ('proposed', 'approved') order by g.id for update of g skip locked`,
    );
  }

  #record(
    actor: Actor,
    what: 'proposed' | 'approved' | 'cancelled' | 'expired' | 'carried-out',
    id: string,
    changes: Record<string, string>,
  ): void {
    this.trail.record({
      action: `support-grant.${what}`,
      actor,
      target: { type: 'support-grant', id },
      changes,
    });
  }
}

export const toView = (grant: SupportGrant): SupportGrantView => ({
  id: grant.id,
  userId: grant.userId,
  username: grant.username,
  state: grant.state,
  reason: grant.reason,
  proposedBy: grant.proposedBy,
  proposedAt: grant.proposedAt.toISOString(),
  approvedBy: grant.approvedBy,
  approvedAt: grant.approvedAt?.toISOString() ?? null,
  dueAt: grant.dueAt?.toISOString() ?? null,
  expiresAt: grant.expiresAt.toISOString(),
  resetId: grant.resetId,
});
