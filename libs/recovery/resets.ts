import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import type { ResetState } from '#contract';
import { Database } from '#database';
import { Outbox } from '#delivery';
import { type Actor, newId } from '#runtime';
import { recipientOf, type User } from '#users';

/** A reset that is about to be mailed. */
export interface NewReset {
  user: User;
  credentialId: string;
  channel: 'self_service' | 'administrator';
  askedBy: { kind: 'self_service' } | { kind: 'administrator'; name: string };
  lockNow?: boolean;
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
    const id = await this.#insert(actor, reset.user.id, reset.channel, 'requested', reset.credentialId);
    const deliveryId = await this.mail(reset, id);
    this.trail.record({
      action: 'password-reset.requested',
      actor,
      target: { type: 'password-reset', id },
      changes: {
        userId: reset.user.id,
        channel: reset.channel,
        deliveryId,
        ...(reset.lockNow !== undefined && { lockNow: reset.lockNow }),
      },
    });
    return id;
  }

  /** Posts the mail of a reset; posting again repeats the same credential. */
  mail(reset: Omit<NewReset, 'channel'>, resetId: string): Promise<string> {
    const recipient = { ...recipientOf(reset.user), resetId, credentialId: reset.credentialId };
    return this.outbox.post('temporary-credential', recipient, { askedBy: reset.askedBy });
  }

  /** A request that was looked at and turned down; the log shows it, nobody outside can tell. */
  async refuse(actor: Actor, userId: string): Promise<string> {
    return this.#insert(actor, userId, 'self_service', 'refused', null);
  }

  /**
   * Moves every reset that hangs on the credential and is in one of the states `from`, with one event
   * each. Returns the resets moved.
   */
  async move(
    actor: Actor,
    credentialId: string,
    from: readonly ResetState[],
    to: 'sent' | 'used' | 'completed' | 'expired' | 'superseded' | 'cancelled' | 'failed',
    expiresAt: Date | null = null,
  ): Promise<string[]> {
    const rows = await this.database.sql<{ id: string; user_id: string }>(
      `update password_resets set state = $3, expires_at = coalesce($4, expires_at),
         sent_at = case when $3 = 'sent' then app_now() else sent_at end,
         used_at = case when $3 = 'used' then app_now() else used_at end,
         completed_at = case when $3 = 'completed' then app_now() else completed_at end
       where practice_id = current_practice() and credential_id = $1 and state = any($2::text[])
       returning id, user_id`,
      [credentialId, from, to, expiresAt],
    );
    for (const row of rows) this.#record(actor, `password-reset.${to}`, row.id, row.user_id);
    return rows.map((row) => row.id);
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

  async #insert(
    actor: Actor,
    userId: string,
    channel: NewReset['channel'],
    state: 'requested' | 'refused',
    credentialId: string | null,
  ): Promise<string> {
    const id = newId();
    await this.database.sql(
      `insert into password_resets (practice_id, id, user_id, credential_id, channel, state,
         requested_by_type, requested_by_id) values (current_practice(), $1, $2, $3, $4, $5, $6, $7)`,
      [id, userId, credentialId, channel, state, actor.type, actor.id],
    );
    return id;
  }
}
