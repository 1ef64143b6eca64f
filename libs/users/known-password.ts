import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Account } from './accounts.js';
import { Passwords } from './passwords.js';
import { SecurityQuestions } from './security-questions.js';

/** A password that has been proved to be known, in the transaction of the sign-in that it opens. */
@Injectable()
export class KnownPassword {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
  ) {}

  /**
   * Whether it still opens the account. What hangs on a root that has been replaced is sealed anew at the same
   * time, its owner's answer with it: only whoever knew the password takes that longer, and once.
   */
  async stillStands(account: Account): Promise<boolean> {
    const { userId, sealedPassword: proved } = account;
    if (proved === null) return false;
    if (!(await this.#hold(userId, proved))) return this.#wasSealedAnew(account, proved);
    if (await this.passwords.sealAnew(proved, account)) await this.questions.sealAnew(account);
    return true;
  }

  /** By another sign-in, while the hash ran: that is the same password. */
  async #wasSealedAnew(account: Account, proved: string): Promise<boolean> {
    const stored = await this.passwords.stored(account.userId);
    if (stored === null || stored.sealed === proved) return false;
    return this.passwords.isSame(stored.sealed, proved, account) && this.#hold(account.userId, stored.sealed);
  }

  /**
   * Locks the password as well: a change of it that is about to commit has ended its sessions already, and
   * would not see the one that is opened here.
   */
  async #hold(userId: string, sealed: string): Promise<boolean> {
    const rows = await this.database.sql(
      `with standing as (
         select u.id from users u join passwords p on p.practice_id = u.practice_id and p.user_id = u.id
         where u.practice_id = current_practice() and u.id = $1 and u.status = 'active'
           and p.sealed = $2 and not p.disabled for no key update of u for share of p
       ) update users u set last_sign_in_at = app_now() from standing s
         where u.practice_id = current_practice() and u.id = s.id returning 1`,
      [userId, sealed],
    );
    return rows.length > 0;
  }
}
