import { Inject, Injectable } from '@nestjs/common';
import { Problem } from '#runtime';
import { Standing } from '#users';
import { AdministratorReset, type Resetter } from './administrator-reset.js';
import { BulkResetCandidates } from './bulk-reset-candidates.js';
import type { PendingRow, SettledTurn, StoredBulkReset } from './bulk-reset-records.js';

const NOT_ANY_MORE = 'is not among those any more whom this is for';

/** Carries out what a bulk reset asks for, with the rights that whoever began it has now. */
@Injectable()
export class BulkResetTurns {
  constructor(
    @Inject(BulkResetCandidates) private readonly candidates: BulkResetCandidates,
    @Inject(AdministratorReset) private readonly reset: AdministratorReset,
    @Inject(Standing) private readonly standing: Standing,
  ) {}

  /** Null for who may reset nobody any more. */
  async resetter({ actor }: StoredBulkReset): Promise<Resetter | null> {
    const resetter = await this.standing.of(actor);
    return resetter.rights.may('user:reset-password') ? resetter : null;
  }

  async carryOut(
    stored: StoredBulkReset,
    resetter: Resetter,
    rows: readonly PendingRow[],
  ): Promise<SettledTurn[]> {
    const ids = rows.map(({ userId }) => userId);
    const candidates = await this.candidates.among(resetter, stored.filter, ids);
    const turns: SettledTurn[] = [];
    for (const { position, userId } of rows) {
      turns.push(
        candidates.has(userId)
          ? { position, ...(await this.#turnOf(stored, resetter, userId)) }
          : { position, outcome: 'skipped', reason: NOT_ANY_MORE },
      );
    }
    return turns;
  }

  /** As one by one: it refuses before it writes anything. */
  async #turnOf(
    { actor }: StoredBulkReset,
    resetter: Resetter,
    userId: string,
  ): Promise<Omit<SettledTurn, 'position'>> {
    try {
      const order = { userId, lockNow: false, expectedVersion: null, channel: 'bulk' } as const;
      await this.reset.start(actor, resetter, order);
      return { outcome: 'requested', reason: null };
    } catch (error) {
      if (error instanceof Problem) return { outcome: 'failed', reason: error.message };
      throw error;
    }
  }
}
