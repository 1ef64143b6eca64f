import { Inject, Injectable } from '@nestjs/common';
import type { PracticePolicy } from '#contract';
import { Database } from '#database';
import { NIL_ID } from '#runtime';
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
  id: string | null;
  display_name: string;
  roles: string[];
  practice_pending: boolean;
  practice_stands: boolean | null;
  policy: PracticePolicy;
  status: Account['status'];
  sealed: string | null;
  disabled: boolean | null;
  credential_id: string | null;
  verifier_key: string | null;
  verifier: Buffer | null;
}

const LIVE = "c.state = 'live' and c.verifier is not null and c.expires_at > app_now()";

/**
 * Looks for password, credential and roles also where there is no account, so that it takes as long. `case`
 * and not `coalesce`, which PostgreSQL does not trust before row-level security: it would read everybody's.
 * A practice that nobody confirmed within a week is gone, whether or not the worker has removed it yet.
 */
const query = (user: string, credential: string) => `
  select u.id, u.display_name, u.status, own.policy, own.status = 'pending' as practice_pending,
    own.status = 'active' or own.created_at > app_now() - interval '7 days' as practice_stands,
    array(select r.role_key from user_roles r where r.practice_id = current_practice()
      and r.user_id = case when u.id is null then '${NIL_ID}' else u.id end) as roles,
    p.sealed, p.disabled, c.id as credential_id, c.verifier_key, c.verifier
  from (values (1)) one
  left join users u on u.practice_id = current_practice() and u.erased_at is null and ${user}
  left join practices own on own.practice_id = current_practice()
  left join passwords p on p.practice_id = current_practice()
    and p.user_id = case when u.id is null then '${NIL_ID}' else u.id end
  left join credentials c on c.practice_id = current_practice()
    and c.user_id = case when u.id is null then '${NIL_ID}' else u.id end and ${credential}`;

/** Finds accounts and tells what a typed password proves about one. */
@Injectable()
export class Accounts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Passwords) private readonly passwords: Passwords,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  byUsername(username: string): Promise<Account | null> {
    return this.#find(query('u.username = $1', LIVE), username);
  }

  /** The account with the credential that opened its restricted session, which is used up by now. */
  byUsedCredential(userId: string, credentialId: string): Promise<Account | null> {
    return this.#find(query('u.id = $1', "c.state = 'used' and c.id = $2"), userId, credentialId);
  }

  byId(userId: string): Promise<Account | null> {
    return this.#find(query('u.id = $1', LIVE), userId);
  }

  /** One argon2id and one HMAC in every branch, also for no account at all. Never in a transaction. */
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
    if (!row?.id || !row.practice_stands) return null;
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
