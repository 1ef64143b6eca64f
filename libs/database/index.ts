// The only place that opens transactions and says which practice they belong to.
// Hides the driver, the pool, the roles a process takes, migrations and the embedded PostgreSQL server.
// Promises: no transaction without a role and a practice; outside a practice tenant tables look empty.
export { asOwner } from './as-owner.js';
export { bootstrap, type Login } from './bootstrap.js';
export { Database } from './database.js';
export { DatabaseModule } from './database.module.js';
export { againAfterDeadlock } from './deadlock.js';
export { EmbeddedPostgres } from './embedded-postgres.js';
export { type DatabaseFacts, type ExaminedLogin, examineDatabase } from './examination.js';
export { migrate, pendingMigrations, type SchemaConnection } from './migrator.js';
export { endedBySilence } from './silence.js';
export { tenantFilter, tenantKey } from './tenant.js';
export type { Statement } from './unit.js';
export { Watch } from './watch.js';
