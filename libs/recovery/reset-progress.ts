import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { type IssuedSecret, MessageHandlers, type PostedDelivery } from '#delivery';
import { type Actor, SYSTEM } from '#runtime';
import {
  type CredentialFate,
  type CredentialObserver,
  Credentials,
  FailureNotices,
  RESTRICTED_MINUTES,
} from '#users';
import { Resets } from './resets.js';

/** Moves a reset along as its credential is mailed, used, or ends: always in the same transaction. */
@Injectable()
export class ResetProgress implements OnModuleInit, CredentialObserver {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Resets) private readonly resets: Resets,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(FailureNotices) private readonly failures: FailureNotices,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
  ) {}

  onModuleInit(): void {
    this.credentials.observe(this);
    this.handlers.register('temporary-credential', {
      prepare: (delivery) => this.#issue(delivery),
      accepted: (delivery) => this.#accepted(delivery),
      failed: (delivery, reply) => this.#failed(delivery, reply),
    });
  }

  async credentialEnded(credentialId: string, fate: CredentialFate, actor: Actor): Promise<void> {
    if (fate === 'used') {
      const until = new Date(this.database.now.getTime() + RESTRICTED_MINUTES * 60_000);
      await this.resets.move(actor, credentialId, ['requested', 'sent'], 'used', until);
    } else if (fate === 'completed') {
      await this.resets.move(actor, credentialId, ['used'], 'completed');
    } else {
      // Cancelled also after its use: the session that it opened has been ended before a password was set.
      const from =
        fate === 'cancelled' ? (['requested', 'sent', 'used'] as const) : (['requested', 'sent'] as const);
      await this.resets.move(actor, credentialId, from, fate);
    }
  }

  async #issue({ credentialId }: PostedDelivery): Promise<IssuedSecret | null> {
    return credentialId ? this.credentials.issue(credentialId) : null;
  }

  async #accepted({ credentialId }: PostedDelivery): Promise<'audited' | 'plain'> {
    if (!credentialId) return 'plain';
    this.credentials.markMailed(credentialId);
    const moved = await this.resets.move(SYSTEM, credentialId, ['requested'], 'sent');
    const used = moved.length > 0 ? [] : await this.resets.noteSent(credentialId);
    // A repeated mail moves nothing: the delivery's own event tells of it.
    return moved.length + used.length > 0 ? 'audited' : 'plain';
  }

  async #failed(delivery: PostedDelivery, reply: string): Promise<'audited' | 'plain'> {
    const { credentialId } = delivery;
    if (!credentialId) return 'plain';
    const moved = await this.resets.move(SYSTEM, credentialId, ['requested'], 'failed');
    if (moved.length > 0) await this.credentials.endUnmailed(SYSTEM, credentialId);
    await this.failures.note(delivery, 'temporary_password', reply);
    return moved.length > 0 ? 'audited' : 'plain';
  }
}
