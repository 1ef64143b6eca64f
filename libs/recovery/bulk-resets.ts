import { Inject, Injectable } from '@nestjs/common';
import { type AuditAction, AuditTrail } from '#audit';
import type {
  BulkResetFilter,
  BulkResetOutcome,
  BulkResetPreviewView,
  BulkResetRowView,
  BulkResetView,
} from '#contract';
import { BulkWork } from '#delivery';
import { type Actor, type Canonical, Config, newId, Problem } from '#runtime';
import type { Resetter } from './administrator-reset.js';
import { BulkResetCandidates } from './bulk-reset-candidates.js';
import { perMinute } from './bulk-reset-pace.js';
import { BulkResetRecords, type StoredBulkReset } from './bulk-reset-records.js';

/** Temporary passwords for many: the worker sends them, one by one as an administrator would, at a steady pace. */
@Injectable()
export class BulkResets {
  constructor(
    @Inject(BulkResetRecords) private readonly records: BulkResetRecords,
    @Inject(BulkResetCandidates) private readonly candidates: BulkResetCandidates,
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Config) private readonly config: Config,
  ) {}

  preview(resetter: Resetter, filter: BulkResetFilter): Promise<BulkResetPreviewView> {
    return this.candidates.preview(resetter, filter);
  }

  /** `reason` is what customer service says for the trail. @throws Problem `bulk_reset_under_way` */
  async start(
    actor: Actor,
    resetter: Resetter,
    filter: BulkResetFilter,
    reason?: string,
  ): Promise<BulkResetView> {
    const id = newId();
    if (!(await this.records.create(id, actor, filter))) throw Problem.of('bulk_reset_under_way');
    const total = await this.candidates.stage(resetter, filter, id);
    await this.records.setTotal(id, total);
    await this.#post(id);
    const changes = { filter: told(filter), total, ...(reason !== undefined && { reason }) };
    this.#record(actor, 'bulk-password-reset.started', id, changes);
    return this.#view(id);
  }

  /** Newest first, one more than `limit` when there is more; only their own unless they reach every user. */
  async list(
    page: { before: string | null; limit: number },
    { userId, rights }: Resetter,
  ): Promise<BulkResetView[]> {
    const everybody = rights.reach('user:reset-password') === null;
    const found = await this.records.list(page, everybody ? null : userId);
    return found.map((stored) => this.#toView(stored));
  }

  /** @throws Problem `not_found`, also for another's where the caller does not reach every user */
  async get(id: string, resetter: Resetter): Promise<BulkResetView> {
    return this.#toView(mustBeTheirs(await this.records.find(id), resetter));
  }

  /** In the order of their turns, without users whom the caller does not reach any more. */
  rows(
    id: string,
    page: { after: number; limit: number; outcome: BulkResetOutcome | null },
    { rights }: Resetter,
  ): Promise<(BulkResetRowView & { position: number })[]> {
    return this.records.rows(id, page, rights.reach('user:reset-password'));
  }

  /** From now on nobody's turn comes. @throws Problem `not_found`, `not_running` */
  pause(actor: Actor, resetter: Resetter, id: string): Promise<BulkResetView> {
    return this.#move(actor, resetter, id, { from: ['running'], to: 'paused', as: 'paused' });
  }

  /** @throws Problem `not_found`, `not_running` */
  async resume(actor: Actor, resetter: Resetter, id: string): Promise<BulkResetView> {
    const view = await this.#move(actor, resetter, id, { from: ['paused'], to: 'running', as: 'resumed' });
    await this.#post(id);
    return view;
  }

  /** Who had their turn keeps the temporary password. @throws Problem `not_found`, `not_running` */
  cancel(actor: Actor, resetter: Resetter, id: string): Promise<BulkResetView> {
    const from = ['running', 'paused'] as const;
    return this.#move(actor, resetter, id, { from, to: 'cancelled', as: 'cancelled' });
  }

  /** Not before the practice's next turns may come: beginning again and again is no way to be faster. */
  async #post(id: string): Promise<void> {
    await this.bulk.post('bulk-password-reset', id, await this.records.nextTurnsAt());
  }

  /** Waits for a step that is being taken: once this has been answered, no other is. */
  async #move(
    actor: Actor,
    resetter: Resetter,
    id: string,
    change: {
      from: readonly BulkResetView['state'][];
      to: BulkResetView['state'];
      as: 'paused' | 'resumed' | 'cancelled';
    },
  ): Promise<BulkResetView> {
    const { state, requested, skipped, failed } = mustBeTheirs(await this.records.hold(id), resetter);
    if (!change.from.includes(state)) {
      throw Problem.of('not_running', `This bulk reset is ${state}: it cannot be ${change.as}.`);
    }
    await this.records.move(id, change.to);
    this.#record(actor, `bulk-password-reset.${change.as}`, id, { requested, skipped, failed });
    return this.#view(id);
  }

  #record(actor: Actor, action: AuditAction, id: string, changes: Record<string, Canonical>): void {
    this.trail.record({ action, actor, target: { type: 'bulk-password-reset', id }, changes });
  }

  async #view(id: string): Promise<BulkResetView> {
    const stored = await this.records.find(id);
    if (!stored) throw new Error('A bulk reset that was just stored must be there');
    return this.#toView(stored);
  }

  #toView({ createdAt, finishedAt, ...stored }: StoredBulkReset): BulkResetView {
    const { id, state, filter, total, requested, skipped, failed, reason } = stored;
    return {
      id,
      state,
      filter,
      total,
      done: requested + skipped + failed,
      requested,
      skipped,
      failed,
      reason,
      perMinute: perMinute(this.config.values.RATE_LIMIT_FACTOR),
      createdAt: createdAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
    };
  }
}

const told = ({ role, status, changedBefore }: BulkResetFilter): Record<string, string> => ({
  ...(role !== undefined && { role }),
  ...(status !== undefined && { status }),
  ...(changedBefore !== undefined && { changedBefore }),
});

function mustBeTheirs(stored: StoredBulkReset | null, { userId, rights }: Resetter): StoredBulkReset {
  const theirs = stored?.actor.id === userId || rights.reach('user:reset-password') === null;
  if (!stored || !theirs) throw Problem.of('not_found');
  return stored;
}
