import { Database } from '#database';
import { parseSessionToken } from '#secrets';
import { Sessions } from '#users';
import type { Product } from '../support/product.js';
import { type Furnished, tenantTables } from './two-practices.js';

// Each takes one layer out of a running product, from outside: the product itself has no switch for it.

/** Row-level security is off on every tenant table. */
export async function withoutRowSecurity(product: Product): Promise<void> {
  for (const { name, enabled } of await tenantTables(product)) {
    if (enabled) await product.database.query(`alter table ${name} disable row level security`);
  }
}

/** Whoever is signed in may do what the bearer of this token may, also with a temporary password. */
export async function withoutPermissions({ app }: Product, token: string): Promise<void> {
  const sessions = app.get(Sessions, { strict: false });
  const authenticate = sessions.authenticate.bind(sessions);
  const mighty = await authenticate(token, true);
  if (!mighty) throw new Error('The token whose rights are lent is not valid');
  sessions.authenticate = async (typed, background) => {
    const principal = await authenticate(typed, background);
    if (!principal) return null;
    const { practiceId, userId, displayName, sessionId, expiresAt } = principal;
    return { ...mighty, practiceId, userId, displayName, sessionId, expiresAt };
  };
}

const NAMES_PRACTICE = /(?:\b\w+\.)?practice_id = current_practice\(\)/g;

/** No statement says which practice it means, the ORM's neither. Returns how many have been robbed of it so far. */
export function withoutPracticeInStatements({ app }: Product): () => number {
  const database = app.get(Database, { strict: false });
  const sql = database.sql.bind(database);
  let robbed = 0;
  database.sql = (text, values) => {
    const bare = text.replaceAll(NAMES_PRACTICE, 'true');
    if (bare !== text) robbed += 1;
    return sql(bare, values);
  };
  Object.defineProperty(database, 'em', {
    get: () => {
      const em: Database['em'] = Reflect.get(Database.prototype, 'em', database);
      em.setFilterParams('practice', { practiceId: { $ne: null } });
      robbed += 1;
      return em;
    },
  });
  return () => robbed;
}

/**
 * A session opens whichever practice its bearer names: it is stored in that practice as well, for the
 * user who signed in elsewhere. Not even the foreign key is left that forbids it.
 */
export async function withoutSessionScope(
  { database }: Product,
  userId: string,
  named: Furnished,
): Promise<{ authorization: string }> {
  await database.query('alter table sessions drop constraint if exists sessions_practice_id_user_id_fkey');
  const practice = Buffer.from(named.tenantId.replaceAll('-', ''), 'hex');
  const token = Buffer.concat([practice, Buffer.alloc(32, userId)]).toString('base64url');
  await database.query(
    `insert into sessions (practice_id, id, user_id, token_hash, transport, idle_minutes, ends_at, reauthenticated_at)
     values ($1, gen_random_uuid(), $2, $3, 'bearer', 15, app_now() + interval '1 hour', app_now())`,
    [named.tenantId, userId, parseSessionToken(token)?.hash],
  );
  return { authorization: `Bearer ${token}` };
}
