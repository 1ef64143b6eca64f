import { Inject, Injectable } from '@nestjs/common';
import { AuditReader } from '#audit';
import { Database } from '#database';
import { ADDRESS_STANDS_DAYS, type GrantFacts, SIGNED_IN_WITHIN_HOURS } from './grant-checks.js';

interface Row {
  is_administrator: boolean;
  others_lately: boolean;
  anybody_since: boolean;
  operators_stand: boolean;
}

/** Reads what the checks of a grant look at. `last_sign_in_at` is of sign-ins with the own password only. */
@Injectable()
export class GrantFactsReader {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditReader) private readonly audit: AuditReader,
  ) {}

  /** `since`: when the grant was proposed; null while it is being proposed. */
  async read(userId: string, operators: readonly string[], since: Date | null): Promise<GrantFacts> {
    const [, [row], addressIsNew] = await Promise.all([
      // First, and until the transaction ends: the address that is looked at here is the one that is used.
      this.database.sql('select 1 from users where practice_id = current_practice() and id = $1 for share', [
        userId,
      ]),
      this.database.sql<Row>(
        `with administrators as (
           select u.id, u.last_sign_in_at from users u
           join user_roles r on r.practice_id = u.practice_id and r.user_id = u.id
           where u.practice_id = current_practice() and r.role_key = 'administrator' and u.status <> 'deactivated'
         ) select exists (select from administrators where id = $1) as is_administrator,
             exists (select from administrators where id <> $1
               and last_sign_in_at > app_now() - interval '${SIGNED_IN_WITHIN_HOURS} hours') as others_lately,
             exists (select from administrators where last_sign_in_at > $3) as anybody_since,
             operators_stand($2) as operators_stand`,
        [userId, operators, since],
      ),
      this.audit.changedLately(userId, 'email', ADDRESS_STANDS_DAYS),
    ]);
    if (!row) throw new Error('The checks of a grant must be answered');
    return {
      isAdministrator: row.is_administrator,
      administratorSignedIn: since ? row.anybody_since : row.others_lately,
      addressIsNew,
      operatorsStand: row.operators_stand,
    };
  }
}
