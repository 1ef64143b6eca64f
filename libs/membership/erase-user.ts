import { Inject, Injectable } from '@nestjs/common';
import { Administrators, Roles } from '#access';
import { type ErasureView, USER_FIELDS, type UserFacts } from '#contract';
import { type Actor, Problem } from '#runtime';
import { AccountErasure, type Principal, recipientOf, Users } from '#users';
import { ErasureNotice } from './erasure-notice.js';
import { ImportRecords } from './import-records.js';

/** Erases a user for good. The practice keeps an administrator, and the person is told once more. */
@Injectable()
export class EraseUser {
  constructor(
    @Inject(Administrators) private readonly administrators: Administrators,
    @Inject(Users) private readonly users: Users,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(AccountErasure) private readonly erasure: AccountErasure,
    @Inject(ErasureNotice) private readonly notice: ErasureNotice,
    @Inject(ImportRecords) private readonly imports: ImportRecords,
  ) {}

  /**
   * Asked again, the answer is the same.
   * @throws Problem `own_account`, `not_found`, `last_administrator`, and `forbidden` when the user may do
   * what the acting person may not
   */
  async erase(actor: Actor, principal: Principal, userId: string): Promise<ErasureView> {
    if (userId === principal.userId) throw Problem.of('own_account', 'Ask another administrator.');
    await this.administrators.lock();
    const held = await this.roles.of(userId);
    const already = await this.erasure.erasedAt(userId);
    if (already) {
      mustMayErase(principal, { roles: held, status: 'deactivated' });
      return { userId, erasedAt: already.toISOString() };
    }
    const user = await this.users.get(userId);
    mustMayErase(principal, { roles: held, status: user.status });
    await this.roles.mustNotExceed(principal.rights, held);
    const person = recipientOf(user);
    await this.imports.forget({ userId, username: user.username, email: user.email });
    const erasedAt = await this.erasure.erase(actor, user);
    if (held.includes('administrator')) await this.administrators.mustRemain();
    await this.notice.post(principal, person);
    return { userId, erasedAt: erasedAt.toISOString() };
  }
}

function mustMayErase({ rights }: Principal, user: UserFacts): void {
  rights.mustReach('user:update', user);
  rights.mustMayChange(user, USER_FIELDS);
}
