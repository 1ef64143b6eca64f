import { Client } from 'pg';
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
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [LOCK]);
    const { rows } = await client.query<{ name: string; inherits: boolean }>(
      'select rolname as name, rolinherit as inherits from pg_roles',
    );
    const existing = new Map(rows.map(({ name, inherits }) => [name, inherits]));
    for (const role of DATABASE_ROLES) {
      if (!existing.has(role)) await client.query(`create role ${role} nologin noinherit`);
    }
    await client.query(
      'grant latchkey_owner, latchkey_audit, latchkey_door, latchkey_queue, latchkey_archivist to current_user',
    );
    await client.query('grant latchkey_audit, latchkey_door to latchkey_owner');
    for (const login of logins) await grantLogin(client, login, existing.get(login.name));
    await grantSchema(client);
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

/** Once: repeated by somebody who has become a member of the owner, PostgreSQL takes it for a grant to itself. */
async function grantSchema(client: Client): Promise<void> {
  const { rows } = await client.query<{ granted: boolean }>(
    "select has_schema_privilege('latchkey_owner', 'public', 'create with grant option') as granted",
  );
  if (rows[0]?.granted) return;
  await client.query('grant usage, create on schema public to latchkey_owner with grant option');
}

async function grantLogin(client: Client, login: Login, inherits: boolean | undefined): Promise<void> {
  const name = client.escapeIdentifier(login.name);
  const password = client.escapeLiteral(login.password);
  // Altered only when need be: another database of the cluster may be bootstrapped at the same time.
  if (inherits === undefined) await client.query(`create role ${name} login noinherit password ${password}`);
  else if (inherits) await client.query(`alter role ${name} noinherit`);
  await client.query(`grant ${login.roles.join(', ')} to ${name}`);
}
