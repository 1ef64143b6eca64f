import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { DatabaseRole } from './roles.js';

/** One transaction in one practice, or in none. */
export interface Unit {
  readonly role: DatabaseRole;
  readonly practiceId: string | null;
  readonly clockOffsetSeconds: number;
  /** The transaction's time by the database's clock, which is the only one that decides anything. */
  now: Date;
  em: EntityManager | null;
  /** Keyed, so that a whole transaction shares one call of each kind, such as the audit chain's. */
  readonly beforeCommit: Map<object, () => Promise<void>>;
}

const storage = new AsyncLocalStorage<Unit>();

export const runInUnit = <T>(unit: Unit, work: () => Promise<T>): Promise<T> => storage.run(unit, work);
export const currentUnit = (): Unit | undefined => storage.getStore();

/** The unit whose transaction is just being opened. */
export function openingUnit(): Unit {
  const unit = storage.getStore();
  if (!unit)
    throw new Error('Transactions are opened by Database.inPractice or Database.outsidePractice only');
  return unit;
}
