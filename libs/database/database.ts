import { type EntityManager, type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, type Kysely } from 'kysely';
import { Pool } from 'pg';
import type { DatabaseRole } from './roles.js';
import { TenantDialect } from './tenant-dialect.js';
import { currentUnit, runInUnit, type Unit } from './unit.js';

export interface DatabaseOptions {
  url: string;
  role: DatabaseRole;
  // oxlint-disable-next-line typescript/no-explicit-any -- entities of any shape
  entities: EntitySchema<any, any>[];
  clockOffsetSeconds?: number;
  maxConnections?: number;
  log?: (message: string) => void;
}

/** The one way to data. Everything below runs inside a transaction that knows its practice and role. */
export class Database {
  readonly #orm: MikroORM;
  readonly #options: DatabaseOptions;

  private constructor(orm: MikroORM, options: DatabaseOptions) {
    this.#orm = orm;
    this.#options = options;
  }

  /** Connects lazily: the first unit of work is the first connection. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const pool = new Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 16,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 30_000,
    });
    const complain = (error: Error) => options.log?.(`PostgreSQL connection: ${error.message}`);
    pool.on('error', complain);
    pool.on('connect', (client) => client.on('error', complain));
    const orm = await MikroORM.init({
      driverOptions: new TenantDialect(pool),
      dbName: new URL(options.url).pathname.slice(1),
      entities: options.entities,
      forceUtcTimezone: true,
      ensureDatabase: false,
      filters: {},
    } as Parameters<typeof MikroORM.init>[0]);
    return new Database(orm as MikroORM, options);
  }

  /**
   * Runs `work` in one transaction of the practice; a nested call for the same practice joins it.
   * @throws Error when nested inside another practice's unit: tenants never mix.
   */
  async inPractice<T>(practiceId: string, work: () => Promise<T>): Promise<T> {
    const outer = currentUnit();
    if (!outer) return this.#run(practiceId, work);
    if (outer.practiceId === practiceId) return work();
    throw new Error('A unit of work cannot enter another practice');
  }

  /**
   * Runs `work` in a transaction of no practice: tenant tables look empty, only the doors (functions
   * that return ids) and installation-wide tables answer.
   */
  async outsidePractice<T>(work: () => Promise<T>): Promise<T> {
    if (currentUnit()) throw new Error('Leave the practice first: this work belongs to no practice');
    return this.#run(null, work);
  }

  /** The practice of the unit that is running. @throws Error outside one: tenant code fails closed. */
  get practiceId(): string {
    const id = this.#unit().practiceId;
    if (id === null) throw new Error('There is no practice here: use Database.inPractice');
    return id;
  }

  /** This transaction's time by the database's clock. */
  get now(): Date {
    return this.#unit().now;
  }

  get em(): EntityManager {
    const { em } = this.#unit();
    if (!em) throw new Error('The unit of work is not open yet');
    return em;
  }

  /** One SQL statement with $1-style parameters in the running unit. Name the practice in it, too. */
  async sql<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    const transaction = this.em.getTransactionContext<Kysely<unknown>>();
    if (!transaction) throw new Error('The unit of work has ended: was a promise not awaited?');
    const { rows } = await transaction.executeQuery<Row>(CompiledQuery.raw(text, [...parameters]));
    return rows;
  }

  /** Registers work that runs once, last, in this transaction; a second call with `key` is ignored. */
  beforeCommit(key: object, work: () => Promise<void>): void {
    const { beforeCommit } = this.#unit();
    if (!beforeCommit.has(key)) beforeCommit.set(key, work);
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
  }

  #unit(): Unit {
    const unit = currentUnit();
    if (!unit) throw new Error('Data is reached inside Database.inPractice only');
    return unit;
  }

  async #run<T>(practiceId: string | null, work: () => Promise<T>): Promise<T> {
    const unit: Unit = {
      role: this.#options.role,
      practiceId,
      clockOffsetSeconds: this.#options.clockOffsetSeconds ?? 0,
      now: new Date(0),
      em: null,
      beforeCommit: new Map(),
    };
    const em = this.#orm.em.fork({ useContext: false });
    em.setFilterParams('practice', { practiceId });
    return runInUnit(unit, () =>
      em.transactional(async (inner) => {
        unit.em = inner as EntityManager;
        const result = await work();
        await inner.flush();
        for (const last of unit.beforeCommit.values()) await last();
        return result;
      }),
    );
  }
}
