import { asOwner } from '#database';
import { newOperatorToken, operatorTokenDigest, type Secret } from '#secrets';
import type { OperatorRole } from './operators.js';

/** An operator as the register keeps them, also after they were revoked. */
export interface RegisteredOperator {
  name: string;
  role: OperatorRole;
  createdAt: Date;
  createdBy: string;
  revokedAt: Date | null;
  revokedBy: string | null;
}

export interface NewOperator {
  name: string;
  role: OperatorRole;
  /** The acting operator's name, or who typed where there is none yet. */
  addedBy: string;
  /** Without an operator's token this works only as long as nobody stands who could be asked for one. */
  first: boolean;
}

/**
 * The list of operators, written as the owner of the schema: neither the API's login nor an operator's
 * token can make somebody up who then counts as the second pair of eyes.
 */
export class OperatorRegister {
  constructor(private readonly adminUrl: string) {}

  /** Returns the token, which is kept nowhere; null when the name was ever in use, or `first` came too late. */
  async add({ name, role, addedBy, first }: NewOperator): Promise<Secret | null> {
    const token = newOperatorToken();
    const added = await asOwner(
      this.adminUrl,
      `insert into operators (name, role, token_digest, created_at, created_by)
       select $1, $2, $3, now() + make_interval(secs => offset_seconds), $4 from clock
       where not $5 or not exists (select from operators where role = 'operator' and revoked_at is null)
       on conflict (name) do nothing returning 1`,
      [name, role, operatorTokenDigest(token.reveal()), addedBy, first],
    );
    return added.length > 0 ? token : null;
  }

  /** By name. */
  list(): Promise<RegisteredOperator[]> {
    return asOwner<RegisteredOperator>(
      this.adminUrl,
      `select name, role, created_at as "createdAt", created_by as "createdBy", revoked_at as "revokedAt",
         revoked_by as "revokedBy" from operators order by name`,
    );
  }

  /**
   * Ends the operator's token at once. `last` keeps the only operator who may act until that is said in so
   * many words; locked, so that two who revoke each other do not leave nobody.
   */
  async revoke(
    name: string,
    revokedBy: string,
    evenTheLast: boolean,
  ): Promise<'revoked' | 'unknown' | 'last'> {
    const [row] = await asOwner<{ known: boolean; revoked: boolean }>(
      this.adminUrl,
      `with standing as (
         select name, role from operators where revoked_at is null order by name for update
       ), revoked as (
         update operators set revoked_at = now() + make_interval(secs => offset_seconds), revoked_by = $2
         from clock where name = $1 and revoked_at is null
           and ($3 or exists (select from standing s where s.role = 'operator' and s.name <> $1)
             or exists (select from standing s where s.role <> 'operator' and s.name = $1))
         returning name
       ) select exists (select from standing where name = $1) as known,
           exists (select from revoked) as revoked`,
      [name, revokedBy, evenTheLast],
    );
    if (row?.revoked) return 'revoked';
    return row?.known ? 'last' : 'unknown';
  }
}
