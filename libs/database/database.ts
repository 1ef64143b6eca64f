import { type EntityManager, type EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { NIL_ID } from '#runtime';
import type { DatabaseRole } from './roles.js';
import { endedBySilence } from './silence.js';
import { Statements } from './statements.js';
import { currentUnit, runInUnit, type Statement, type Unit } from './unit.js';

export interface DatabaseOptions {
  /** With `?pgbouncer=true` no statement is prepared, for PgBouncer's transaction pooling. */
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
  readonly #pool: Pool;
  readonly #options: DatabaseOptions;
  /** No pooler in between that would share connections: statements may be prepared and sent ahead. */
  readonly #direct: boolean;
  #aheadMilliseconds: number;

  private constructor(orm: MikroORM, pool: Pool, options: DatabaseOptions) {
    this.#orm = orm;
    this.#pool = pool;
    this.#options = options;
    this.#direct = isDirect(options.url);
    this.#aheadMilliseconds = (options.clockOffsetSeconds ?? 0) * 1_000;
  }

  /** Connects lazily: the first unit of work is the first connection. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const direct = isDirect(options.url);
    const pool = new Pool({
      connectionString: options.url,
      max: options.maxConnections ?? 10,
      ...endedBySilence(options.url),
      idleTimeoutMillis: 30_000,
      // A command that could not start must end at once, and not with its last idle connection.
      allowExitOnIdle: true,
      pipeline: direct,
      // A process that is stopped in the middle of a transaction must not hold its locks for ever.
      ...(direct && { statement_timeout: 60_000, idle_in_transaction_session_timeout: 60_000 }),
    });
    const complain = (error: Error) => options.log?.(`PostgreSQL connection: ${error.message}`);
    pool.on('error', complain);
    pool.on('connect', (client) => client.on('error', complain));
    const orm = await MikroORM.init({
      driverOptions: new PostgresDialect({ pool }),
      dbName: new URL(options.url).pathname.slice(1),
      entities: options.entities,
      discovery: { warnWhenNoEntities: false },
      forceUtcTimezone: true,
      ensureDatabase: false,
    } as Parameters<typeof MikroORM.init>[0]);
    return new Database(orm as MikroORM, pool, options);
  }

  /**
   * Runs `work` in one transaction of the practice; a nested call for the same practice joins it.
   * @throws Error when nested inside another practice's unit: tenants never mix.
   */
  async inPractice<T>(practiceId: string, work: () => Promise<T>): Promise<T> {
    const outer = currentUnit();
    if (!outer) return this.#run({ practiceId }, work);
    if (outer.practiceId === practiceId) return work();
    throw new Error('A unit of work cannot enter another practice');
  }

  /**
   * The narrow door from outside: runs `work` in the practice that a canonical Practice ID names, or in
   * the nil practice, which holds nothing, where it names none. Known and unknown cost the same, and nothing
   * is remembered, which would tell that a Practice ID exists.
   */
  async inPracticeNamed<T>(code: string, work: () => Promise<T>): Promise<T> {
    if (currentUnit()) throw new Error('Leave the practice first: a Practice ID is looked up from outside');
    return this.#run({ code }, async () => {
      await this.begun;
      return work();
    });
  }

  /**
   * Runs `work` in a transaction of no practice: tenant tables look empty, only the doors (functions
   * that return ids) and installation-wide tables answer.
   */
  async outsidePractice<T>(work: () => Promise<T>): Promise<T> {
    if (currentUnit()) throw new Error('Leave the practice first: this work belongs to no practice');
    return this.#run({ practiceId: null }, work);
  }

  /** The practice of the unit that is running. @throws Error outside one: tenant code fails closed. */
  get practiceId(): string {
    const id = this.#unit().practiceId;
    if (id === null) throw new Error('There is no practice here: use Database.inPractice');
    return id;
  }

  /**
   * This transaction's time by the database's clock, the only one that decides anything.
   * @throws Error before the unit's first statement has been answered: await `begun` there.
   */
  get now(): Date {
    const { now } = this.#unit();
    if (!now) throw new Error('The database has not been asked anything yet: await Database.begun first');
    return now;
  }

  /** About what time the database would tell, for what is counted without asking it. Decides nothing durable. */
  get timeNearby(): Date {
    return new Date(Date.now() + this.#aheadMilliseconds);
  }

  /** Resolves with `now` once the transaction has begun. */
  get begun(): Promise<Date> {
    return this.#unit().begun;
  }

  /** MikroORM in the running unit; what it holds is flushed before the unit commits. */
  get em(): EntityManager {
    const unit = this.#unit();
    if (!unit.em) {
      const em = this.#orm.em.fork({ useContext: false });
      em.setFilterParams('practice', { practiceId: unit.practiceId });
      em.setTransactionContext(unit.statements.asTransaction());
      unit.em = em;
    }
    return unit.em;
  }

  /** One SQL statement with $1-style parameters in the running unit. Name the practice in it, too. */
  sql<Row>(text: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    return this.#unit().statements.run<Row>(text, parameters);
  }

  /** A statement whose result nobody waits for: it is carried out just before the commit, or the unit fails. */
  last(text: string, values: readonly unknown[]): void {
    this.#unit().last.push({ text, values });
  }

  /**
   * Collects a value that is written last in this transaction, by one statement for all that `key` has
   * gathered: a lock that the writing takes is then held as briefly as possible.
   */
  gather<T>(key: object, value: T, statement: (values: T[]) => Statement): void {
    const { gathered } = this.#unit();
    const gathering = gathered.get(key) ?? { values: [], statement };
    gathering.values.push(value);
    gathered.set(key, gathering);
  }

  /** Writes what `key` has gathered so far, for whoever is to read it in this transaction. */
  async writeGathered(key: object): Promise<void> {
    const { gathered, statements } = this.#unit();
    const gathering = gathered.get(key);
    if (!gathering) return;
    gathered.delete(key);
    await carryOut(statements, gathering.statement(gathering.values as never[]));
  }

  async close(): Promise<void> {
    await this.#orm.close(true);
    if (!this.#pool.ended) await this.#pool.end();
  }

  #unit(): Unit {
    const unit = currentUnit();
    if (!unit) throw new Error('Data is reached inside Database.inPractice only');
    return unit;
  }

  async #run<T>(whither: Whither, work: () => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    const statements = new Statements(client, { direct: this.#direct });
    try {
      const unit = this.#begin(whither, statements);
      return await runInUnit(unit, async () => {
        const result = await work();
        await unit.em?.flush();
        await commit(unit);
        return result;
      });
    } catch (error) {
      // What still runs beside the failed statement asks nothing more.
      statements.end();
      // A connection that cannot even roll back is not given to anybody else.
      broken = await statements.ask('rollback').then(() => undefined, asError);
      throw broken && !hasCode(error) ? new ConnectionLost(error) : error;
    } finally {
      client.release(broken);
    }
  }

  /**
   * Transaction, narrow role and row-level-security setting travel in one packet, so that none exists
   * without the others; all three end with the transaction, whatever happens. The unit's first
   * statement follows without waiting: on one connection they are carried out in order.
   */
  #begin(whither: Whither, statements: Statements): Unit {
    const opened = statements.ask(`begin; set local role ${this.#options.role}`);
    const ahead = this.#options.clockOffsetSeconds ?? 0;
    const entering =
      'code' in whither
        ? statements.run<Entered>(ENTER_BY_CODE, [whither.code, ahead, NIL_ID])
        : statements.run<Entered>(ENTER, [whither.practiceId ?? '', ahead]);
    const entered = entering.then(([row]) => {
      if (!row) throw new Error('The database did not tell its time');
      unit.now = row.now;
      unit.practiceId = row.practice || null;
      this.#aheadMilliseconds = row.now.getTime() - Date.now();
      return row.now;
    });
    const begun = opened.then(() => entered);
    // Whoever waits for the first statement learns of the failure as well.
    begun.catch(() => undefined);
    entered.catch(() => undefined);
    const practiceId = 'code' in whither ? null : whither.practiceId;
    const unit: Unit = { practiceId, now: null, begun, statements, em: null, last: [], gathered: new Map() };
    return unit;
  }
}

/** A practice by its id, no practice, or the one that a Practice ID names. */
type Whither = { practiceId: string | null } | { code: string };

interface Entered {
  now: Date;
  practice: string;
}

/** Enters the practice for the rest of the transaction, and tells its time; `clock` has one row. */
const enter = (practice: string) => `
  select practice, set_config('app.practice', practice, true),
    set_config('app.clock_offset', (offset_seconds + $2)::text, true),
    now() + make_interval(secs => offset_seconds + $2) as now
  from clock, (select ${practice}) entered (practice)`;

const ENTER = enter('$1::text');
const ENTER_BY_CODE = enter('coalesce(practice_by_code($1)::text, $3::text)');

/**
 * The gathered statements and the commit travel together. Where one of them fails, PostgreSQL answers
 * the commit with ROLLBACK; that also shows a failure which nobody waited for.
 */
async function commit(unit: Unit): Promise<void> {
  await unit.begun;
  const gathered = [...unit.gathered.values()].map(({ statement, values }) => statement(values as never[]));
  const written = [...unit.last, ...gathered].map((statement) => carryOut(unit.statements, statement));
  unit.statements.end();
  const committed = unit.statements.ask('commit');
  // Where both fail, the statement's failure is the one to tell.
  committed.catch(() => undefined);
  await Promise.all(written);
  if ((await committed).command !== 'COMMIT') throw new Error('The unit of work was rolled back');
}

async function carryOut(statements: Statements, { text, values, failed }: Statement): Promise<void> {
  try {
    await statements.run(text, values);
  } catch (error) {
    throw failed ? failed(error) : error;
  }
}

/**
 * The server is gone, so that not even the rollback was answered; with PostgreSQL's own code for it. After
 * a COMMIT it is not known whether the work was done.
 */
class ConnectionLost extends Error {
  readonly code = '08006';

  constructor(cause: unknown) {
    super('The connection to PostgreSQL was lost', { cause });
  }
}

const hasCode = (error: unknown): boolean => typeof (error as { code?: unknown } | null)?.code === 'string';

const isDirect = (url: string): boolean => new URL(url).searchParams.get('pgbouncer') !== 'true';

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
