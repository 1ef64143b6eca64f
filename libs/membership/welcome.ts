import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Deliveries, MessageHandlers, Outbox, type PostedDelivery } from '#delivery';
import { Practices } from '#practices';
import { type Actor, Config, Problem, SYSTEM } from '#runtime';
import { Credentials, FailureNotices, type Principal, recipientOf, type User } from '#users';

/** Somebody who is being added, as far as their welcome says. */
export type NewMember = Pick<User, 'id' | 'username' | 'displayName' | 'email' | 'locale'>;

/** The mail that a user added by an administrator receives: username and temporary password, no Practice ID. */
@Injectable()
export class Welcome implements OnModuleInit {
  constructor(
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(Outbox) private readonly outbox: Outbox,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
    @Inject(FailureNotices) private readonly failures: FailureNotices,
    @Inject(MessageHandlers) private readonly handlers: MessageHandlers,
    @Inject(Config) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.handlers.register('member-welcome', {
      prepare: (deliveries) => this.credentials.issue(deliveries),
      accepted: (deliveries) => this.#accepted(deliveries),
      failed: (delivery, reply) => this.#failed(delivery, reply),
    });
  }

  /** Posts the welcome with the live credential, or with a new one when there is none or it ran out. */
  async post(actor: Actor, principal: Principal, user: User): Promise<string> {
    const wait = await this.deliveries.mailboxFullForSeconds(user.id, 'administrator');
    if (wait > 0) {
      throw Problem.of('too_many_attempts', 'This person has been sent several mails already.').retryAfter(
        wait,
      );
    }
    const { policy } = await this.practices.current();
    const credentialId =
      (await this.credentials.live(actor, user.id)) ??
      (await this.credentials.create(user.id, 'welcome', policy.issuedCredentialHours * 60)) ??
      (await this.credentials.live(actor, user.id));
    if (!credentialId) throw Problem.of('overloaded').retryAfter(1);
    return this.outbox.post(
      'member-welcome',
      { ...recipientOf(user), credentialId },
      { username: user.username, addedBy: principal.displayName },
    );
  }

  /** The same to many who have just been added; their mailboxes have been found to have room (`Deliveries.roomIn`). */
  async postAll(addedBy: string | null, people: readonly NewMember[]): Promise<void> {
    const adder = addedBy === null ? { addedBy: this.config.supportContact, bySupport: true } : { addedBy };
    const { policy } = await this.practices.current();
    const ids = people.map(({ id }) => id);
    const credentials = await this.credentials.createAll(ids, 'welcome', policy.issuedCredentialHours * 60);
    const letters = people.map(({ id, username, displayName, email, locale }) => {
      const credentialId = credentials.get(id);
      if (!credentialId) throw new Error('Whoever has just been added has no credential yet');
      const recipient = { userId: id, displayName, email, locale, credentialId };
      return { recipient, facts: { username, ...adder } };
    });
    await this.outbox.postAll('member-welcome', letters);
  }

  async #accepted(deliveries: readonly PostedDelivery[]): Promise<ReadonlySet<string>> {
    await this.credentials.markMailed(deliveries.flatMap(({ credentialId }) => credentialId ?? []));
    return new Set();
  }

  async #failed(delivery: PostedDelivery, reply: string): Promise<'plain'> {
    if (delivery.credentialId) await this.credentials.endUnmailed(SYSTEM, delivery.credentialId);
    await this.failures.note(delivery, 'welcome', reply);
    return 'plain';
  }
}
