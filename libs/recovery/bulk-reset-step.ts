import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { BulkWork, type NextStep, portionOf } from '#delivery';
import { Config, SYSTEM } from '#runtime';
import { mostInAStep, secondsFor } from './bulk-reset-pace.js';
import {
  BulkResetRecords,
  type PendingRow,
  type SettledTurn,
  type StoredBulkReset,
} from './bulk-reset-records.js';
import { BulkResetTurns } from './bulk-reset-turns.js';

const GIVEN_UP = 'could not be reset: the log of the worker says why';
const LOST_RIGHT = 'whoever began it may no longer reset passwords';

/** The turn of the next few, all in the step's transaction: credentials, mails, events, outcomes, or none of it. */
@Injectable()
export class BulkResetStep implements OnModuleInit {
  constructor(
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(BulkResetRecords) private readonly records: BulkResetRecords,
    @Inject(BulkResetTurns) private readonly turns: BulkResetTurns,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Config) private readonly config: Config,
  ) {}

  onModuleInit(): void {
    this.bulk.register('bulk-password-reset', (id, attempt) => this.#step(id, attempt));
  }

  async #step(id: string, attempt: number): Promise<NextStep> {
    const stored = await this.records.hold(id);
    if (stored?.state !== 'running') return 'done';
    const resetter = await this.turns.resetter(stored);
    if (!resetter) return this.#end(stored, 'cancelled', LOST_RIGHT);
    const factor = this.config.values.RATE_LIMIT_FACTOR;
    const most = mostInAStep(factor);
    const pending = await this.records.pending(id, most);
    const { rows, giveUp, careful } = portionOf(pending, attempt, ({ position }) =>
      Math.ceil(position / most),
    );
    const turns = giveUp ? rows.map(givenUp) : await this.turns.carryOut(stored, resetter, rows);
    const inSeconds = secondsFor(turns.length, factor);
    const left = await this.records.settle(id, turns, inSeconds);
    return left > 0 ? { inSeconds, careful } : this.#end(stored, 'completed');
  }

  async #end(
    { id, actor }: StoredBulkReset,
    state: 'cancelled' | 'completed',
    reason: string | null = null,
  ): Promise<NextStep> {
    await this.records.move(id, state, reason);
    const { requested = 0, skipped = 0, failed = 0 } = (await this.records.find(id)) ?? {};
    this.trail.record({
      action: `bulk-password-reset.${state}`,
      actor: state === 'cancelled' ? SYSTEM : actor,
      target: { type: 'bulk-password-reset', id },
      changes: { requested, skipped, failed, ...(reason !== null && { reason }) },
    });
    return 'done';
  }
}

const givenUp = ({ position }: PendingRow): SettledTurn => ({
  position,
  outcome: 'failed',
  reason: GIVEN_UP,
});
