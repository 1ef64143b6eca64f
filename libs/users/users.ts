import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/postgresql';
import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { type Actor, newId, Problem } from '#runtime';
import { Credentials } from './credentials.js';
import { Sessions } from './sessions.js';
import { User } from './user.entity.js';

/** What is known of a person before they have ever signed in. */
export interface NewUser extends Pick<User, 'username' | 'displayName' | 'email' | 'locale' | 'status'> {
  /** What they are about to be given, for the trail: whoever creates them assigns it in the same transaction. */
  roles: readonly string[];
}

/** The people of the running unit's practice. */
@Injectable()
export class Users {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Credentials) private readonly credentials: Credentials,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** @throws Problem `not_found`, also for a user of another practice. */
  async get(id: string): Promise<User> {
    const user = await this.database.em.findOne(User, { id });
    if (!user) throw Problem.of('not_found');
    return user;
  }

  /**
   * The same, and neither address nor status changes until this transaction has ended: a credential is
   * never created for an address, or an account, that is being taken away at that moment.
   * @throws Problem `not_found`
   */
  async hold(id: string): Promise<User> {
    const lock = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true };
    const user = await this.database.em.findOne(User, { id }, lock);
    if (!user) throw Problem.of('not_found');
    return user;
  }

  /** @throws Problem `not_found` */
  async named(username: string): Promise<User> {
    const user = await this.database.em.findOne(User, { username });
    if (!user) throw Problem.of('not_found', 'This practice has no user of that name.');
    return user;
  }

  /** @throws Problem `username_taken` */
  async create(actor: Actor, { roles, ...details }: NewUser, id = newId()): Promise<User> {
    const { em, practiceId, now } = this.database;
    const user = em.create(User, {
      ...details,
      id,
      practiceId,
      lastSignInAt: null,
      erasedAt: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    try {
      await em.flush();
    } catch (error) {
      if (error instanceof UniqueConstraintViolationException) throw Problem.of('username_taken');
      throw error;
    }
    this.#tellCreated(actor, { id, username: user.username, roles });
    return user;
  }

  /** Creates many at once; returns those whose name nobody had. */
  async createAll(actor: Actor, people: readonly (NewUser & { id: string })[]): Promise<Set<string>> {
    const rows = await this.database.sql<{ id: string }>(
      `insert into users (practice_id, id, username, display_name, email, locale, status)
       select current_practice(), id, username, display_name, email, locale, status
       from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         as u (id, username, display_name, email, locale, status)
       on conflict (practice_id, username) do nothing returning id`,
      [
        people.map(({ id }) => id),
        people.map(({ username }) => username),
        people.map(({ displayName }) => displayName),
        people.map(({ email }) => email),
        people.map(({ locale }) => locale),
        people.map(({ status }) => status),
      ],
    );
    const created = new Set(rows.map(({ id }) => id));
    for (const person of people) if (created.has(person.id)) this.#tellCreated(actor, person);
    return created;
  }

  /** With a new address, a credential on its way to the old one dies, and a session that one has just opened. */
  async rename(actor: Actor, user: User, changes: Partial<Pick<User, 'displayName' | 'email' | 'locale'>>) {
    const fields = Object.keys(changes).filter((key) => user[key as 'email'] !== changes[key as 'email']);
    if (fields.length === 0) return;
    Object.assign(user, changes, { updatedAt: this.database.now });
    await this.database.em.flush();
    this.trail.record({
      action: 'user.updated',
      actor,
      target: { type: 'user', id: user.id },
      changes: { fields: fields.sort() },
    });
    if (fields.includes('email')) await this.#endCredentials(actor, user.id);
  }

  /** Whatever is open ends: the credential, its unsent mail, resets, sessions. */
  async close(actor: Actor, userId: string): Promise<void> {
    await this.#endCredentials(actor, userId);
    await this.sessions.endAll(userId);
  }

  #tellCreated(
    actor: Actor,
    { id, username, roles }: Pick<NewUser, 'username' | 'roles'> & { id: string },
  ): void {
    this.trail.record({
      action: 'user.created',
      actor,
      target: { type: 'user', id },
      changes: { before: [], after: [...roles].sort() },
      personal: { username },
    });
  }

  /** In this order: ending the credential waits for a sign-in that is using it, and then sees its session. */
  async #endCredentials(actor: Actor, userId: string): Promise<void> {
    await this.credentials.end(actor, userId, 'cancelled');
    for (const credentialId of await this.sessions.endRestricted(userId)) {
      await this.credentials.tell(credentialId, 'cancelled', actor);
    }
  }

  /** Sessions, credential and, by who observes the credential, resets and unsent mail end with it. */
  async deactivate(actor: Actor, user: User): Promise<void> {
    await this.#setStatus(actor, user, 'deactivated', 'user.deactivated');
    await this.close(actor, user.id);
  }

  /** Nothing old revives: a user who never set a password needs a new welcome. */
  async activate(actor: Actor, user: User, hasPassword: boolean): Promise<void> {
    await this.#setStatus(actor, user, hasPassword ? 'active' : 'invited', 'user.activated');
  }

  async #setStatus(
    actor: Actor,
    user: User,
    status: User['status'],
    action: 'user.deactivated' | 'user.activated',
  ): Promise<void> {
    const before = user.status;
    user.status = status;
    user.updatedAt = this.database.now;
    await this.database.em.flush();
    this.trail.record({
      action,
      actor,
      target: { type: 'user', id: user.id },
      changes: { before, after: status },
    });
  }
}
