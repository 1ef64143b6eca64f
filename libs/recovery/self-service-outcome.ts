import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { Deliveries } from '#delivery';
import { Practices } from '#practices';
import type { Actor } from '#runtime';
import { Credentials, recipientOf, type User, Users } from '#users';
import { AnswerAttempts } from './answer-attempts.js';
import { Resets } from './resets.js';

/** A repeated request inside this time finds its mail already on the way. */
const REPEAT_MINUTES = 5;

/** What the gate decided about one answer. */
interface Decision {
  user: User | null;
  /** Why not; null when the mail may go out. */
  reason: string | null;
  attempt: string | null;
}

/** Carries out what the gate decided, in the transaction that decided it. */
@Injectable()
export class SelfServiceOutcome {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Users) private readonly users: Users,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(AnswerAttempts) private readonly attempts: AnswerAttempts,
    @Inject(Resets) private readonly resets: Resets,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  async conclude(actor: Actor, { user: asked, reason, attempt }: Decision): Promise<void> {
    if (!asked || reason !== null) return this.#refuse(actor, asked, reason ?? 'unknown-account');
    const user = await this.users.hold(asked.id);
    if (user.status === 'deactivated') return this.#refuse(actor, user, 'deactivated');
    if (attempt) await this.attempts.release(attempt);
    const credentialId = await this.credentials.live(actor, user.id);
    if (credentialId) await this.#repeat(actor, user, credentialId);
    else await this.#send(actor, user);
  }

  async #send(actor: Actor, user: User): Promise<void> {
    if ((await this.deliveries.mailboxFullForSeconds(user.id, 'self_service')) > 0)
      return this.#withhold(actor, user);
    const { policy } = await this.practices.current();
    const credentialId = await this.credentials.create(user.id, 'reset', policy.selfServiceCredentialMinutes);
    // Another right answer, or an administrator, came at the same moment: that mail is on its way.
    if (!credentialId) return;
    await this.resets.request(actor, {
      user: recipientOf(user),
      credentialId,
      channel: 'self_service',
      askedBy: { kind: 'self_service' },
    });
  }

  /** The live credential is mailed once more: asking can never invalidate a mail that is under way. */
  async #repeat(actor: Actor, user: User, credentialId: string): Promise<void> {
    const [last] = await this.database.sql<{ reset_id: string | null; recent: boolean }>(
      `select reset_id, state in ('queued', 'sending', 'deferred')
           or created_at > app_now() - interval '${REPEAT_MINUTES} minutes' as recent
       from deliveries where practice_id = current_practice() and credential_id = $1
       order by created_at desc limit 1`,
      [credentialId],
    );
    if (last?.recent) return;
    if ((await this.deliveries.mailboxFullForSeconds(user.id, 'self_service')) > 0)
      return this.#withhold(actor, user);
    const askedBy = { kind: 'self_service' } as const;
    if (!last?.reset_id) {
      await this.resets.request(actor, {
        user: recipientOf(user),
        credentialId,
        channel: 'self_service',
        askedBy,
      });
      return;
    }
    const deliveryId = await this.resets.mail(
      { user: recipientOf(user), credentialId, askedBy },
      last.reset_id,
    );
    this.trail.record({
      action: 'password-reset.repeated',
      actor,
      target: { type: 'password-reset', id: last.reset_id },
      changes: { userId: user.id, deliveryId },
    });
  }

  async #withhold(actor: Actor, user: User): Promise<void> {
    const id = await this.resets.refuse(actor, user.id);
    this.trail.record({
      action: 'password-reset.withheld',
      actor,
      target: { type: 'password-reset', id },
      outcome: 'refused',
      changes: { userId: user.id, reason: 'mailbox-full' },
    });
  }

  async #refuse(actor: Actor, user: User | null, reason: string): Promise<void> {
    if (user) await this.resets.refuse(actor, user.id);
    await this.trail.refuse({
      action: 'security-answer.refused',
      actor,
      account: user?.id ?? 'unknown',
      ...(user && { target: { type: 'user', id: user.id } }),
      changes: { reason },
    });
  }
}
