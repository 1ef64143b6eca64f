import { type Migration, Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { Client, type ClientBase } from 'pg';
import { failpoint } from '#failpoints';

/** A migration class; its name is its entry in the ledger, the array's order is its order. */
type MigrationClass = new (...args: ConstructorParameters<typeof Migration>) => Migration;

/** An open connection on which a schema may be changed. */
export type SchemaConnection = ClientBase;

const LOCK = 'latchkey migrate';
const LEDGER = 'schema_migrations';

/**
 * Brings the product's schema and the queue's to the current version, one migrator at a time.
 * `migrateQueue` runs as the queue's own role, which owns the queue's own schema.
 */
export async function migrate(
  adminUrl: string,
  migrations: Record<string, MigrationClass>,
  migrateQueue: (client: SchemaConnection) => Promise<unknown>,
): Promise<void> {
  const guard = new Client({ connectionString: adminUrl });
  await guard.connect();
  try {
    await guard.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    await migrateProduct(adminUrl, migrations);
    failpoint('migration.applied');
    await guard.query('set role latchkey_queue');
    await migrateQueue(guard);
  } finally {
    await guard.end();
  }
}

async function migrateProduct(adminUrl: string, migrations: Record<string, MigrationClass>): Promise<void> {
  const orm = await MikroORM.init({
    clientUrl: adminUrl,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    logger: () => undefined,
    pool: { min: 1, max: 1 },
    driverOptions: { options: '-c role=latchkey_owner' },
    migrations: {
      tableName: LEDGER,
      snapshot: false,
      migrationsList: Object.entries(migrations).map(([name, migration]) => ({ name, class: migration })),
    },
  });
  try {
    await orm.migrator.up();
    await orm.em.getConnection().execute(`grant select on ${LEDGER} to latchkey_api, latchkey_worker`);
  } finally {
    await orm.close(true);
  }
}

/** Names of migrations that the database still lacks; all of them when it was never migrated. */
export async function pendingMigrations(
  url: string,
  role: string,
  migrations: Record<string, MigrationClass>,
): Promise<string[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query(`set local role ${client.escapeIdentifier(role)}`);
    const { rows } = await client.query<{ name: string }>(`select name from ${LEDGER}`);
    const done = new Set(rows.map((row) => row.name));
    return Object.keys(migrations).filter((name) => !done.has(name));
  } catch (error) {
    if (['42P01', '42501', '22023'].includes((error as { code?: string }).code ?? '')) {
      return Object.keys(migrations);
    }
    throw error;
  } finally {
    await client.end();
  }
}
