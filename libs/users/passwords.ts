import { Inject, Injectable } from '@nestjs/common';
import { HashingLane } from '#admission';
import { Database } from '#database';
import { type Owner, PasswordHash } from '#secrets';

/** What was read of an account's own password before the slow check began. */
export interface StoredPassword {
  sealed: string;
  disabled: boolean;
}

/** Passwords that people chose: hashed in the lane, outside any transaction, and stored sealed. */
@Injectable()
export class Passwords {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PasswordHash) private readonly hash: PasswordHash,
    @Inject(HashingLane) private readonly lane: HashingLane,
  ) {}

  /** Hashes for storing; slow, so never inside a transaction. `known`: whoever asks is signed in. */
  protect(plain: string, account: AccountKey, { known }: { known: boolean }): Promise<string> {
    return this.lane.run(() => this.hash.protect(plain, owner(account.practiceId, account.userId)), {
      known,
    });
  }

  /** Exactly one slow hash whatever is stored: with null a dummy, so that time tells nothing. */
  verify(plain: string, stored: string | null, account: AccountKey, known: boolean): Promise<boolean> {
    return this.lane.run(() => this.hash.verify(plain, stored, owner(account.practiceId, account.userId)), {
      known,
    });
  }

  async stored(userId: string): Promise<StoredPassword | null> {
    const [row] = await this.database.sql<StoredPassword>(
      'select sealed, disabled from passwords where practice_id = current_practice() and user_id = $1',
      [userId],
    );
    return row ?? null;
  }

  /** Whether two stored forms are of one password, which may have been sealed anew in between. */
  isSame(one: string, other: string, account: AccountKey): boolean {
    return this.hash.isSame(one, other, owner(account.practiceId, account.userId));
  }

  /** Carries a password that is still under an older root over to the current one; false where it need not be. */
  async sealAnew(sealed: string, { practiceId, userId }: AccountKey): Promise<boolean> {
    const anew = this.hash.sealAnew(sealed, owner(practiceId, userId));
    if (anew === null) return false;
    await this.database.sql(
      `update passwords set sealed = $3 where practice_id = current_practice() and user_id = $1 and sealed = $2`,
      [userId, sealed, anew],
    );
    return true;
  }

  async store(userId: string, sealed: string): Promise<void> {
    await this.database.sql(
      `insert into passwords (practice_id, user_id, sealed) values (current_practice(), $1, $2)
       on conflict (practice_id, user_id) do update set sealed = $2, disabled = false, set_at = app_now()`,
      [userId, sealed],
    );
  }

  /** The old password stops working at once; only a temporary one, or a new one, opens the account. */
  async disable(userId: string): Promise<void> {
    await this.database.sql(
      'update passwords set disabled = true where practice_id = current_practice() and user_id = $1',
      [userId],
    );
  }
}

/** Whose a password or an answer is. */
export interface AccountKey {
  practiceId: string;
  userId: string;
}

const owner = (practiceId: string, userId: string): Owner => ({ practiceId, userId, use: 'password' });
