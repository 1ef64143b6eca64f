import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { Database } from '#database';
import { PersonErasure } from '#delivery';
import type { Actor } from '#runtime';
import type { User } from './user.entity.js';
import { Users } from './users.js';

/**
 * Erases a person. Their row stays as a tombstone without name, address or way in, so that resets, mails
 * and events keep what they belong to; events name users by their id, and commit to the rest.
 */
@Injectable()
export class AccountErasure {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Users) private readonly users: Users,
    @Inject(PersonErasure) private readonly mails: PersonErasure,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** When this user was erased; null for one who was not, or is unknown. */
  async erasedAt(userId: string): Promise<Date | null> {
    const [row] = await this.database.sql<{ erased_at: Date | null }>(
      'select erased_at from users where practice_id = current_practice() and id = $1',
      [userId],
    );
    return row?.erased_at ?? null;
  }

  async erase(actor: Actor, user: User): Promise<Date> {
    const { id: userId, username, displayName, email } = user;
    await this.#bury(userId);
    await this.users.close(actor, userId);
    await this.mails.forget({ userId, username, displayName, email });
    const before = await this.#forgetProofs(userId);
    const changes = { before, after: [] };
    this.trail.record({ action: 'user.erased', actor, target: { type: 'user', id: userId }, changes });
    // Last: what was counted of strangers enters the chain with it, whose lock is then held as briefly as possible.
    await this.trail.forget(userId);
    return this.database.now;
  }

  /** First of all: a sign-in that is under way waits for this, and then finds nobody. */
  async #bury(userId: string): Promise<void> {
    await this.database.sql(
      `update users set erased_at = app_now(), username = 'erased:' || id::text, display_name = '', email = '',
         locale = 'en', status = 'deactivated', last_sign_in_at = null, updated_at = app_now(),
         version = version + 1
       where practice_id = current_practice() and id = $1`,
      [userId],
    );
  }

  /** Returns the roles that end here. Resets have moved on already: they keep that there was a credential. */
  async #forgetProofs(userId: string): Promise<string[]> {
    const [row] = await this.database.sql<{ roles: string[] }>(
      `with own as (select current_practice() as practice_id, $1::uuid as user_id),
       password as (delete from passwords t using own
         where t.practice_id = own.practice_id and t.user_id = own.user_id),
       answer as (delete from security_answers t using own
         where t.practice_id = own.practice_id and t.user_id = own.user_id),
       credential as (delete from credentials t using own
         where t.practice_id = own.practice_id and t.user_id = own.user_id),
       role as (delete from user_roles t using own
         where t.practice_id = own.practice_id and t.user_id = own.user_id returning t.role_key)
       select array(select role_key from role order by role_key) as roles`,
      [userId],
    );
    return row?.roles ?? [];
  }
}
