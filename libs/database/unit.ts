import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statements } from './statements.js';

/** One SQL statement with its $1-style parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** What its failure means to whoever asked for the unit; without it, what the driver threw. */
  readonly failed?: (error: unknown) => unknown;
}

/** Values of one kind that a transaction collects, and the statement that writes them last. */
export interface Gathering {
  readonly values: unknown[];
  readonly statement: (values: never[]) => Statement;
}

/** One transaction in one practice, or in none. */
export interface Unit {
  /** Where the unit is entered by a Practice ID, known once the database has answered. */
  practiceId: string | null;
  /** Known once the database has answered for the first time. */
  now: Date | null;
  readonly begun: Promise<Date>;
  readonly statements: Statements;
  /** Made when it is first asked for: most units need plain statements only. */
  em: EntityManager | null;
  /** Statements whose rows nobody needs: sent with the commit, which shows their failure. */
  readonly last: Statement[];
  /** What is written last and together, by whoever gathers it. */
  readonly gathered: Map<object, Gathering>;
}

const storage = new AsyncLocalStorage<Unit>();

export const runInUnit = <T>(unit: Unit, work: () => Promise<T>): Promise<T> => storage.run(unit, work);
export const currentUnit = (): Unit | undefined => storage.getStore();
