import { Inject, Injectable } from '@nestjs/common';
import type { PracticePolicy } from '#contract';
import { Database } from '#database';
import { type CredentialRow, credentialMatches, KeyRing } from '#secrets';
import { Passwords } from './passwords.js';

/** Everything that may open an account, read in one statement before the slow check. */
export interface Account {
  practiceId: string;
  userId: string;
  displayName: string;
  roles: string[];
  status: 'invited' | 'active' | 'deactivated';
  practicePending: boolean;
  policy: PracticePolicy;
  sealedPassword: string | null;
  passwordDisabled: boolean;
  credential: CredentialRow | null;
}

/** What a typed password turned out to be. */
export type Proof = 'own-password' | 'temporary-credential' | null;

interface Row {
  id: string;
  display_name: string;
  roles: string[];
  practice_pending: boolean;
  policy: PracticePolicy;
  status: Account['status'];
  sealed: string | null;
  disabled: boolean | null;
  credential_id: string | null;
  verifier_key: string | null;
  verifier: Buffer | null;
}

const LIVE = "c.state = 'live' and c.verifier is not null and c.expires_at > app_now()";

/** A practice that nobody confirmed within a week is gone, whether or not the worker has removed it yet. */
const query = (credential: string) => `
  select u.id, u.display_name, u.status, own.policy, own.status = 'pending' as practice_pending,
    array(select r.role_key from user_roles r where r.practice_id = u.practice_id and r.user_id = u.id) as roles,
    p.sealed, p.disabled, c.id as credential_id, c.verifier_key, c.verifier
  from users u join practices own on own.practice_id = u.practice_id
  left join passwords p on p.practice_id = u.practice_id and p.user_id = u.id
  left join credentials c on c.practice_id = u.practice_id and c.user_id = u.id and ${credential}
  where u.practice_id = current_practice()
    and (own.status = 'active' or own.created_at > app_now() - interval '7 days')`;

/** Finds accounts and tells what a typed password proves about one. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  byUsername(username: string): Promise<Account | null> {
    return this.#find(`${query(LIVE)} and u.username = $1`, username);
  }

  /** The account with the credential that opened its restricted session, which is used up by now. */
  byUsedCredential(userId: string, credentialId: string): Promise<Account | null> {
    return this.#find(`${query("c.state = 'used' and c.id = $2")} and u.id = $1`, userId, credentialId);
  }

  byId(userId: string): Promise<Account | null> {
    return this.#find(`${query(LIVE)} and u.id = $1`, userId);
  }

  /** One argon2id and one HMAC in every branch, also for no account at all (D1). Never in a transaction. */
  async prove(typed: string, account: Account | null, known: boolean): Promise<Proof> {
    const key = { practiceId: account?.practiceId ?? '', userId: account?.userId ?? '' };
    const own = await this.passwords.verify(typed, account?.sealedPassword ?? null, key, known);
    const mailed = this.proveMailed(typed, account);
    if (mailed || account?.status === 'deactivated') return mailed;
    return own && account?.passwordDisabled === false ? 'own-password' : null;
  }

  /** Looks for the temporary password only: one HMAC, which no flood makes slow. */
  proveMailed(typed: string, account: Account | null): Proof {
    const matches = credentialMatches(this.keys, account?.credential ?? null, typed);
    return matches && account?.status !== 'deactivated' ? 'temporary-credential' : null;
  }

  async #find(text: string, ...values: string[]): Promise<Account | null> {
    const [row] = await this.database.sql<Row>(text, values);
    if (!row) return null;
    const { practiceId } = this.database;
    return {
      practiceId,
      userId: row.id,
      displayName: row.display_name,
      roles: row.roles,
      status: row.status,
      practicePending: row.practice_pending,
      policy: row.policy,
      sealedPassword: row.sealed,
      passwordDisabled: row.disabled ?? false,
      credential:
        row.credential_id && row.verifier_key && row.verifier
          ? {
              practiceId,
              userId: row.id,
              credentialId: row.credential_id,
              keyId: row.verifier_key,
              verifier: row.verifier,
            }
          : null,
    };
  }
}
