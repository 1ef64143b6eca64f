import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import type { ResetChannel, ResetRefusal, ResetState } from '#contract';
import { Database } from '#database';
import { Outbox, type Recipient } from '#delivery';
import { type Actor, newId, SYSTEM } from '#runtime';

/** When a reset was asked for, and the id that it was given then. */
export interface Asked {
  id: string;
  at: Date;
}

/** A reset that is about to be mailed. */
export interface NewReset {
  user: Recipient;
  credentialId: string;
  channel: ResetChannel;
  askedBy: { kind: 'self_service' | 'support' } | { kind: 'administrator'; name: string };
  lockNow?: boolean;
  /** Now, where it is not said. */
  asked?: Asked;
  /** Why customer service started it. */
  reason?: string;
}

interface Row {
  id: string;
  userId: string;
  channel: ResetChannel;
  refusedFor: ResetRefusal | null;
  credentialId: string | null;
  requestedAt: Date | null;
}

interface Moved {
  id: string;
  user_id: string;
  credential_id: string;
}

/** Rows of the reset log: each is written once and then only moves along its states. */
@Injectable()
export class Resets {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** Reset row, outbox row and audit event: one transaction, so that what is accepted is never lost. */
  async request(actor: Actor, reset: NewReset): Promise<string> {
    const { user, channel, credentialId, asked } = reset;
    const id = asked?.id ?? newId();
    const row = { id, userId: user.userId, channel, credentialId, requestedAt: asked?.at ?? null };
    const [deliveryId] = await Promise.all([
      this.mail(reset, id),
      this.#insert(actor, { ...row, refusedFor: null }),
    ]);
    this.trail.record({
      action: 'password-reset.requested',
      actor,
      target: { type: 'password-reset', id },
      changes: {
        userId: user.userId,
        channel,
        deliveryId,
        ...(reset.lockNow !== undefined && { lockNow: reset.lockNow }),
        ...(reset.reason !== undefined && { reason: reset.reason }),
      },
    });
    return id;
  }

  /** Posts the mail of a reset; posting again repeats the same credential. */
  mail(reset: Omit<NewReset, 'channel'>, resetId: string): Promise<string> {
    const recipient = { ...reset.user, resetId, credentialId: reset.credentialId };
    return this.outbox.post('temporary-credential', recipient, { askedBy: reset.askedBy });
  }

  /** A request that was looked at and turned down; the log shows it, nobody outside can tell. */
  async refuse(actor: Actor, userId: string, { id, at }: Asked, refusedFor: ResetRefusal): Promise<void> {
    const row = { id, userId, channel: 'self_service', credentialId: null, requestedAt: at } as const;
    await this.#insert(actor, { ...row, refusedFor });
  }

  /**
   * Moves every reset that hangs on one of the credentials and is in one of the states `from`, with one event
   * each. Returns the credentials of those moved.
   */
  async move(
    actor: Actor,
    credentialIds: readonly string[],
    from: readonly ResetState[],
    to: 'sent' | 'used' | 'completed' | 'expired' | 'superseded' | 'cancelled' | 'failed',
    expiresAt: Date | null = null,
  ): Promise<Set<string>> {
    const rows = await this.database.sql<Moved>(
      `update password_resets set state = $3,
         expires_at = case when $3 = 'sent' then (select c.expires_at from credentials c
             where c.practice_id = current_practice() and c.id = password_resets.credential_id) else coalesce($4, expires_at) end,
         sent_at = case when $3 = 'sent' then app_now() else sent_at end,
         used_at = case when $3 = 'used' then app_now() else used_at end,
         completed_at = case when $3 = 'completed' then app_now() else completed_at end
       where practice_id = current_practice() and credential_id = any($1::uuid[]) and state = any($2::text[])
       returning id, user_id, credential_id`,
      [credentialIds, from, to, expiresAt],
    );
    for (const row of rows) this.#record(actor, `password-reset.${to}`, row.id, row.user_id);
    return new Set(rows.map((row) => row.credential_id));
  }

  /** Somebody was faster than the mark: the temporary password was used before its mail counted as sent. */
  async noteSent(credentialIds: readonly string[]): Promise<Set<string>> {
    const rows = await this.database.sql<Moved>(
      `update password_resets set sent_at = app_now()
       where practice_id = current_practice() and credential_id = any($1::uuid[]) and sent_at is null
         and state in ('used', 'completed') returning id, user_id, credential_id`,
      [credentialIds],
    );
    for (const row of rows) this.#record(SYSTEM, 'password-reset.sent', row.id, row.user_id);
    return new Set(rows.map((row) => row.credential_id));
  }

  #record(actor: Actor, action: AuditAction, id: string, userId: string): void {
    const outcome = action === 'password-reset.failed' ? 'failed' : 'success';
    this.trail.record({
      action,
      actor,
      target: { type: 'password-reset', id },
      outcome,
      changes: { userId },
    });
  }

  async #insert(actor: Actor, row: Row): Promise<void> {
    const { id, userId, credentialId, channel, refusedFor, requestedAt } = row;
    const state: ResetState = refusedFor ? 'refused' : 'requested';
    await this.database.sql(
      `insert into password_resets (practice_id, id, user_id, credential_id, channel, state, refused_for,
         requested_by_type, requested_by_id, requested_at)
       values (current_practice(), $1, $2, $3, $4, $5, $6, $7, $8, coalesce($9::timestamptz, app_now()))`,
      [id, userId, credentialId, channel, state, refusedFor, actor.type, actor.id, requestedAt],
    );
  }
}
