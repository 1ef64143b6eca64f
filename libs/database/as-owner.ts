import { Client } from 'pg';

/**
 * One statement as the owner of the schema, for the command line: it reaches the installation's own tables
 * and doors, and no practice's rows, since row-level security is forced on the owner too.
 */
export async function asOwner<Row>(
  adminUrl: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: adminUrl, options: '-c role=latchkey_owner' });
  await client.connect();
  try {
    return (await client.query(sql, [...parameters])).rows as Row[];
  } finally {
    await client.end();
  }
}
