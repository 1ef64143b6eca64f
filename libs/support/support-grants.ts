import { Inject, Injectable } from '@nestjs/common';
import { asActor, type Operator } from '#access';
import type { ListSupportGrants, SupportGrantView, UserReach } from '#contract';
import { Database } from '#database';
import { type Actor, Problem } from '#runtime';
import { Users } from '#users';
import { obstacleOf } from './grant-checks.js';
import { GrantFactsReader } from './grant-facts.js';
import { DELAY_HOURS, GrantRows, type SupportGrant, toView } from './grant-rows.js';
import { SupportNotices } from './support-notices.js';

/**
 * Leave for customer service to start one reset where every administrator of a practice is locked out.
 * One operator proposes, another approves; then a delay runs, of which the administrators are told.
 */
@Injectable()
export class SupportGrants {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Users) private readonly users: Users,
    @Inject(GrantRows) private readonly rows: GrantRows,
    @Inject(GrantFactsReader) private readonly facts: GrantFactsReader,
    @Inject(SupportNotices) private readonly notices: SupportNotices,
  ) {}

  /** @throws Problem `not_found`, `support_grant_refused` */
  async propose(operator: Operator, username: string, reason: string): Promise<SupportGrantView> {
    mustAct(operator);
    const user = await this.users.named(username);
    await this.#mustBeFree(user.id, [operator.name], null);
    const id = await this.rows.propose(asActor(operator), operator.name, user.id, reason);
    if (!id) throw refused('A grant for this user is open already: approve or cancel that one.');
    return this.#view(id);
  }

  /** @throws Problem `not_found`, `support_grant_ended`, `support_grant_refused` */
  async approve(operator: Operator, id: string): Promise<SupportGrantView> {
    mustAct(operator);
    const grant = await this.#holdOpen(id);
    if (grant.state === 'approved')
      throw refused('This grant has been approved already: its delay is running.');
    if (grant.proposedBy === operator.name) {
      throw refused('Whoever proposed it cannot approve it: a second operator must look at it.');
    }
    // Otherwise somebody alone could add the second operator when they need one.
    if (operator.addedAt >= grant.proposedAt) {
      throw refused(
        'An operator who was added after the proposal cannot approve it: cancel it, propose anew.',
      );
    }
    if (grant.expiresAt.getTime() - this.database.now.getTime() <= DELAY_HOURS * 3_600_000) {
      throw refused('Too little of its time is left for the delay: cancel it and propose anew.');
    }
    await this.#mustBeFree(grant.userId, [grant.proposedBy, operator.name], grant.proposedAt);
    await this.rows.approve(asActor(operator), operator.name, grant);
    const approved = await this.#view(id);
    await this.notices.approved(approved);
    return approved;
  }

  /** By either side: an operator, or an administrator of the practice within their reach. @throws as `approve` */
  async cancel(
    actor: Actor,
    id: string,
    reason: string,
    reach: UserReach[] | null,
  ): Promise<SupportGrantView> {
    if (!(await this.rows.find(id, reach))) throw Problem.of('not_found');
    const grant = await this.#holdOpen(id);
    await this.rows.end(actor, grant, 'cancelled', reason);
    return this.#view(id);
  }

  async list(
    query: ListSupportGrants,
    before: string | null,
    reach: UserReach[] | null,
  ): Promise<SupportGrantView[]> {
    return (await this.rows.list(query, before, reach)).map(toView);
  }

  async has(id: string): Promise<boolean> {
    return (await this.rows.find(id, null)) !== null;
  }

  /** Practices where a grant is open: an operator knows its id, and not whose it is. */
  async practices(): Promise<string[]> {
    const rows = await this.database.outsidePractice(() =>
      this.database.sql<{ practice_id: string }>('select practice_id from practices_with_support_grants()'),
    );
    return rows.map((row) => row.practice_id);
  }

  async #holdOpen(id: string): Promise<SupportGrant> {
    const grant = await this.rows.hold(id);
    if (!grant) throw Problem.of('not_found');
    const open = grant.state === 'proposed' || grant.state === 'approved';
    if (!open || grant.expired) throw Problem.of('support_grant_ended');
    return grant;
  }

  async #mustBeFree(userId: string, operators: readonly string[], since: Date | null): Promise<void> {
    const obstacle = obstacleOf(await this.facts.read(userId, operators, since));
    if (obstacle) throw refused(obstacle.detail);
  }

  async #view(id: string): Promise<SupportGrantView> {
    const grant = await this.rows.find(id, null);
    if (!grant) throw new Error('A grant that was just written must be there');
    return toView(grant);
  }
}

const refused = (detail: string) => Problem.of('support_grant_refused', detail);

function mustAct({ role }: Operator): void {
  if (role !== 'operator') throw Problem.of('forbidden', 'An operator with the role auditor may only look.');
}
