import { Inject, Injectable } from '@nestjs/common';
import { Roles } from '#access';
import type { Locale, PracticePolicy } from '#contract';
import { Database } from '#database';
import { Deliveries, type Recipient } from '#delivery';
import { type ExpectedVersion, mustBeExpected, Problem } from '#runtime';
import type { Principal } from '#users';

interface Row {
  display_name: string;
  email: string;
  locale: Locale;
  status: 'invited' | 'active' | 'deactivated';
  version: number;
  roles: string[];
  policy: PracticePolicy;
}

/** Whom an administrator may send a temporary password, and how long it may live. */
export interface ResetTarget {
  recipient: Recipient;
  roles: string[];
  lifeMinutes: number;
}

/** Everything that decides about an administrator's reset, read at once. */
@Injectable()
export class ResetTargets {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
  ) {}

  /** @throws Problem `not_found`, `stale`, `own_account`, `user_deactivated`, `forbidden`, `too_many_attempts` */
  async find(
    principal: Pick<Principal, 'userId' | 'rights'>,
    userId: string,
    expected: ExpectedVersion,
  ): Promise<ResetTarget> {
    const [row, wait] = await Promise.all([
      this.#read(userId),
      this.deliveries.mailboxFullForSeconds(userId, 'administrator'),
    ]);
    if (!row) throw Problem.of('not_found');
    if (userId === principal.userId) throw Problem.of('own_account');
    // Before anything that would tell that there is somebody.
    principal.rights.mustReach('user:reset-password', row);
    mustBeExpected(row.version, expected);
    if (row.status === 'deactivated') throw Problem.of('user_deactivated');
    await this.roles.mustNotExceed(principal.rights, row.roles);
    if (wait > 0) {
      throw Problem.of('too_many_attempts', 'This person has been sent several mails already.').retryAfter(
        wait,
      );
    }
    return {
      recipient: { userId, displayName: row.display_name, email: row.email, locale: row.locale },
      roles: row.roles,
      lifeMinutes: row.policy.issuedCredentialHours * 60,
    };
  }

  /** Locked: neither address nor status changes until the reset has been written (`Users.hold`). */
  async #read(userId: string): Promise<Row | undefined> {
    const [row] = await this.database.sql<Row>(
      `select u.display_name, u.email, u.locale, u.status, u.version, p.policy,
         array(select r.role_key from user_roles r where r.practice_id = u.practice_id and r.user_id = u.id) as roles
       from users u join practices p on p.practice_id = u.practice_id
       where u.practice_id = current_practice() and u.id = $1 and u.erased_at is null for share of u`,
      [userId],
    );
    return row;
  }
}
