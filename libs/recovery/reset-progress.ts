import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { MessageHandlers, type PostedDelivery } from '#delivery';
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
      prepare: (deliveries) => this.credentials.issue(deliveries),
      accepted: (deliveries) => this.#accepted(deliveries),
      failed: (delivery, reply) => this.#failed(delivery, reply),
    });
  }

  async credentialEnded(credentialId: string, fate: CredentialFate, actor: Actor): Promise<void> {
    if (fate === 'used') {
      const until = new Date(this.database.now.getTime() + RESTRICTED_MINUTES * 60_000);
      await this.resets.move(actor, [credentialId], ['requested', 'sent'], 'used', until);
    } else if (fate === 'completed') {
      await this.resets.move(actor, [credentialId], ['used'], 'completed');
    } else {
      // Cancelled also after its use: the session that it opened has been ended before a password was set.
      const from =
        fate === 'cancelled' ? (['requested', 'sent', 'used'] as const) : (['requested', 'sent'] as const);
      await this.resets.move(actor, [credentialId], from, fate);
    }
  }

  async #accepted(deliveries: readonly PostedDelivery[]): Promise<ReadonlySet<string>> {
    // A repeated mail moves nothing: the delivery's own event tells of it.
    const byCredential = new Map(deliveries.map(({ id, credentialId }) => [credentialId ?? '', id]));
    byCredential.delete('');
    const credentialIds = [...byCredential.keys()];
    // In this order, as a sign-in does that uses the credential at the same moment.
    const [, moved] = await Promise.all([
      this.credentials.markMailed(credentialIds),
      this.resets.move(SYSTEM, credentialIds, ['requested'], 'sent'),
    ]);
    const others = credentialIds.filter((id) => !moved.has(id));
    const used = others.length > 0 ? await this.resets.noteSent(others) : new Set<string>();
    return new Set([...moved, ...used].flatMap((id) => byCredential.get(id) ?? []));
  }

  async #failed(delivery: PostedDelivery, reply: string): Promise<'audited' | 'plain'> {
    const { credentialId } = delivery;
    if (!credentialId) return 'plain';
    const moved = await this.resets.move(SYSTEM, [credentialId], ['requested'], 'failed');
    if (moved.size > 0) await this.credentials.endUnmailed(SYSTEM, credentialId);
    await this.failures.note(delivery, 'temporary_password', reply);
    return moved.size > 0 ? 'audited' : 'plain';
  }
}
