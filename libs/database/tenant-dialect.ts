import { CompiledQuery, type DatabaseConnection, type Driver, PostgresDialect, PostgresDriver } from 'kysely';
import type { Pool, PoolClient, QueryResult } from 'pg';
import { openingUnit } from './unit.js';

/**
 * Opens every transaction with its role and its practice in one round trip: `begin`, the narrow role
 * and the row-level-security setting travel together, so that none can exist without the other two.
 */
class TenantDriver extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const unit = openingUnit();
    const practice = unit.practiceId ?? '';
    if (!/^[0-9a-f-]*$/.test(practice)) throw new Error('A practice id must be a UUID');
    const { rows } = await connection.executeQuery<{ now: Date }>(
      CompiledQuery.raw(
        `begin; set local role ${unit.role}; ` +
          `select set_config('app.practice', '${practice}', true), ` +
          `set_config('app.clock_offset', '${unit.clockOffsetSeconds}', true); select app_now() as now`,
      ),
    );
    const now = rows[0]?.now;
    if (!now) throw new Error('The database did not tell its time');
    unit.now = now;
  }
}

export class TenantDialect extends PostgresDialect {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    super({ pool });
    this.#pool = pool;
    pool.on('connect', answerWithLastResult);
  }

  override createDriver(): Driver {
    return new TenantDriver({ pool: this.#pool });
  }
}

/** Of several statements in one message only the last one's rows are wanted. */
function answerWithLastResult(client: PoolClient): void {
  const query = client.query.bind(client) as (...args: unknown[]) => unknown;
  const last = async (...args: unknown[]): Promise<QueryResult> => {
    const result = (await query(...args)) as QueryResult | QueryResult[];
    return Array.isArray(result) ? (result.at(-1) as QueryResult) : result;
  };
  client.query = last as unknown as PoolClient['query'];
}
