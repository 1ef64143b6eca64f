import type { Socket } from 'node:net';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';
import type { QueryResult as PgResult, PoolClient, QueryConfig } from 'pg';

/** The product's statements are a closed list; what an ORM composes anew each time is not prepared. */
const MOST_NAMES = 500;
const names = new Map<string, string>();

/** Statements on one connection, inside the transaction that holds it. */
export class Statements {
  readonly #client: PoolClient;
  readonly #direct: boolean;
  #ended = false;
  #turn: Promise<unknown> = Promise.resolve();

  /**
   * `direct`: plan each statement once per connection and send ahead; not through PgBouncer, which
   * shares connections.
   */
  constructor(client: PoolClient, { direct }: { direct: boolean }) {
    this.#client = client;
    this.#direct = direct;
  }

  /** One statement with $1-style parameters. @throws Error after the transaction has ended. */
  async run<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    if (this.#ended) throw new Error('The unit of work has ended: was a promise not awaited?');
    const name = this.#direct ? nameOf(text) : undefined;
    const { rows } = await this.ask({ ...(name && { name }), text, values: [...values] });
    return rows as Row[];
  }

  /** Sends at once, or in its turn where the connection cannot be sent ahead to. */
  ask(query: string | QueryConfig): Promise<PgResult> {
    if (this.#direct) {
      this.#gather();
      return this.#client.query(query as QueryConfig);
    }
    const answer = this.#turn.then(() => this.#client.query(query as QueryConfig));
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Whatever is asked before the event loop goes on leaves in one packet: a write costs more than a read. */
  #gather(): void {
    const { stream } = (this.#client as unknown as { connection: { stream: Socket } }).connection;
    if (stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  end(): void {
    this.#ended = true;
  }

  /** The same connection as MikroORM wants it: a Kysely that neither begins nor commits. */
  asTransaction(): Kysely<unknown> {
    const connection: DatabaseConnection = {
      executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
        if (this.#ended) throw new Error('The unit of work has ended: was a promise not awaited?');
        const { rows, rowCount } = await this.ask({ text: sql, values: [...parameters] });
        return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) };
      },
      // oxlint-disable-next-line require-yield -- the interface demands a generator
      async *streamQuery() {
        throw new Error('Streaming is not offered inside a unit of work');
      },
    };
    return new Kysely({
      dialect: {
        createDriver: () => new HeldConnection(connection),
        createAdapter: () => new PostgresAdapter(),
        createQueryCompiler: () => new PostgresQueryCompiler(),
        createIntrospector: (db) => new PostgresIntrospector(db),
      },
    });
  }
}

/** A driver over a connection that somebody else opened, and will commit and release. */
class HeldConnection implements Driver {
  constructor(private readonly connection: DatabaseConnection) {}

  async init(): Promise<void> {}
  async destroy(): Promise<void> {}
  async releaseConnection(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('A unit of work is one transaction: it cannot begin another');
  }

  async commitTransaction(): Promise<void> {
    throw new Error('Database commits');
  }

  async rollbackTransaction(): Promise<void> {
    throw new Error('Database rolls back');
  }
}

function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known || names.size >= MOST_NAMES) return known;
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}
