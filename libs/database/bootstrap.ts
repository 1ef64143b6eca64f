import pg from 'pg';
import { DATABASE_ROLES } from './roles.js';

/** A login that a process connects with, and the narrow roles it may take. */
export interface Login {
  name: string;
  password: string;
  roles: readonly (typeof DATABASE_ROLES)[number][];
}

const LOCK = 'latchkey migrate';

/**
 * Creates what migrations presuppose: the group roles, the logins, and who may take which role.
 * Roles belong to the cluster, so this is idempotent and shared by all databases in it.
 */
export async function bootstrap(adminUrl: string, logins: readonly Login[]): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    const { rows } = await client.query<{ rolname: string }>('select rolname from pg_roles');
    const existing = new Set(rows.map((row) => row.rolname));
    for (const role of DATABASE_ROLES) {
      if (!existing.has(role)) await client.query(`create role ${role} nologin noinherit`);
    }
    await client.query('grant latchkey_owner, latchkey_audit, latchkey_door, latchkey_queue to current_user');
    await client.query('grant latchkey_audit, latchkey_door to latchkey_owner');
    for (const login of logins) await grantLogin(client, login, existing.has(login.name));
    await client.query('grant usage, create on schema public to latchkey_owner with grant option');
    await client.query('revoke create on schema public from public');
    const name = client.escapeIdentifier(new URL(adminUrl).pathname.slice(1));
    await client.query(`revoke temporary, connect on database ${name} from public`);
    // BullMQ keeps its own schema and sorts bulk adds in a temporary table.
    await client.query(`grant create, temporary on database ${name} to latchkey_queue`);
    for (const login of logins) {
      await client.query(`grant connect on database ${name} to ${client.escapeIdentifier(login.name)}`);
    }
  } finally {
    await client.end();
  }
}

async function grantLogin(client: pg.Client, login: Login, exists: boolean): Promise<void> {
  const name = client.escapeIdentifier(login.name);
  const password = client.escapeLiteral(login.password);
  await client.query(
    exists ? `alter role ${name} noinherit` : `create role ${name} login noinherit password ${password}`,
  );
  await client.query(`grant ${login.roles.join(', ')} to ${name}`);
}
