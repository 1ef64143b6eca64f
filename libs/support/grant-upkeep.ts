import { Inject, Injectable } from '@nestjs/common';
import { asActor } from '#access';
import { SupportReset } from '#recovery';
import { SYSTEM } from '#runtime';
import { obstacleOf } from './grant-checks.js';
import { GrantFactsReader } from './grant-facts.js';
import { GrantRows, type SupportGrant } from './grant-rows.js';

/** What time, and what people did meanwhile, make of open grants: for the worker's upkeep. */
@Injectable()
export class GrantUpkeep {
  constructor(
    @Inject(GrantRows) private readonly rows: GrantRows,
    @Inject(GrantFactsReader) private readonly facts: GrantFactsReader,
    @Inject(SupportReset) private readonly reset: SupportReset,
  ) {}

  /** In the running unit's practice. */
  async run(): Promise<void> {
    for (const grant of await this.rows.holdOpen()) await this.#settle(grant);
  }

  /** Everything is looked at once more: what was true when it was proposed need not be true hours later. */
  async #settle(grant: SupportGrant): Promise<void> {
    const { userId, proposedBy, approvedBy, proposedAt } = grant;
    if (grant.expired) return this.rows.end(SYSTEM, grant, 'expired', 'time-is-over');
    const operators = approvedBy === null ? [proposedBy] : [proposedBy, approvedBy];
    const obstacle = obstacleOf(await this.facts.read(userId, operators, proposedAt));
    if (obstacle) return this.rows.end(SYSTEM, grant, 'cancelled', obstacle.reason);
    if (grant.state !== 'approved' || !grant.due) return;
    const actor = asActor({ name: proposedBy });
    await this.rows.carriedOut(actor, grant, await this.reset.start(actor, userId, grant.reason));
  }
}
