import { beginBulkReset, ended } from '../support/bulk-resets.js';
import { fileOf, imported, lineFor, upload } from '../support/imports.js';
import { plantGrant } from '../support/operators.js';
import { invite, join } from '../support/people.js';
import { type OpenedPractice, openPractice, signIn } from '../support/practice.js';
import type { Product } from '../support/product.js';

/** Who asks, as the matrix names them. */
export const CALLERS = [
  'administrator',
  'auditor',
  'staff',
  'front desk',
  'temporary password',
  'nobody',
] as const;
type Caller = (typeof CALLERS)[number];
type Headers = { authorization: string } | Record<string, never>;

/** The people of two practices, and what of theirs an address can name. */
export interface Cast {
  headers: Record<Caller, Headers>;
  /** By the kind of thing, as the path has it: whose it is, and its id. */
  targets: Record<string, Record<string, string>>;
}

const AMONG_STAFF = { where: { roles: ['staff'] } };
const FRONT_DESK = {
  key: 'front-desk',
  name: 'Front desk',
  permissions: [
    'delivery:read',
    'practice:read',
    'reset-log:read',
    'user:read',
    'user:reset-password',
    'user:update',
  ],
  limits: {
    'delivery:read': AMONG_STAFF,
    'reset-log:read': AMONG_STAFF,
    'user:read': AMONG_STAFF,
    'user:reset-password': AMONG_STAFF,
    'user:update': { ...AMONG_STAFF, fields: ['displayName'] },
  },
};

/** Two practices; in each an administrator and somebody of the staff have had a reset. Nobody asked about asks. */
export async function cast(product: Product): Promise<Cast> {
  const [own, other] = [await openPractice(product), await openPractice(product)];
  const administrator = own.administrator.headers;
  await defineRole(product, own, FRONT_DESK);
  await defineRole(product, own, { key: 'porter', name: 'Porter', permissions: [] });
  await defineRole(product, other, { key: 'gardener', name: 'Gardener', permissions: [] });
  const [auditor, staff, desk] = await Promise.all(
    [['auditor'], ['staff'], ['front-desk']].map((roles) => join(product, own, roles)),
  );
  const newcomer = await invite(product, own);
  const restricted = await signIn(product, own.practiceId, newcomer.username, newcomer.credential);
  const headers = {
    administrator,
    auditor: auditor?.session.headers ?? {},
    staff: staff?.session.headers ?? {},
    'front desk': desk?.session.headers ?? {},
    'temporary password': restricted.headers,
    nobody: {},
  };
  // Whoever has a role keeps it from being deleted: each caller finds it as the one before did.
  await join(product, own, ['porter']);
  const theirs = {
    'of staff': await traces(product, own, ['staff']),
    'of an administrator': await traces(product, own, ['administrator']),
    elsewhere: await traces(product, other, ['gardener']),
  };
  const of = (kind: 'user' | 'session' | 'reset' | 'delivery') =>
    Object.fromEntries(Object.entries(theirs).map(([whose, ids]) => [whose, ids[kind]]));
  return {
    headers,
    targets: {
      users: of('user'),
      sessions: of('session'),
      'password-resets': of('reset'),
      deliveries: of('delivery'),
      'support-grants': {
        'of an administrator': await plantGrant(product, own.administrator.userId),
        elsewhere: await plantGrant(product, other.administrator.userId),
      },
      templates: { 'of everybody': 'password-changed' },
      'user-imports': {
        'of an administrator': await importBy(product, own),
        elsewhere: await importBy(product, other),
      },
      'bulk-password-resets': {
        'of an administrator': await bulkResetBy(product, own),
        elsewhere: await bulkResetBy(product, other),
      },
      'audit-events': {
        'of the practice': await lastEvent(product, own),
        elsewhere: await lastEvent(product, other),
      },
      roles: { 'of the practice’s own': 'porter', 'built in': 'auditor', elsewhere: 'gardener' },
    },
  };
}

async function defineRole({ http }: Product, { administrator }: OpenedPractice, role: object): Promise<void> {
  await http.post('/api/v1/roles').set(administrator.headers).send(role).expect(201);
}

async function lastEvent({ http }: Product, { administrator }: OpenedPractice): Promise<string> {
  const { body } = await http.get('/api/v1/audit-events?limit=1').set(administrator.headers).expect(200);
  return body.items[0].id;
}

/** A finished import. */
async function importBy(product: Product, { administrator: { headers } }: OpenedPractice): Promise<string> {
  const { body } = await upload(product, headers, fileOf(lineFor('imported')), { welcome: 'false' });
  return (await imported(product, headers, body.id)).id;
}

/** One that is for nobody, and has ended. */
async function bulkResetBy(product: Product, { administrator }: OpenedPractice): Promise<string> {
  const { headers } = administrator;
  const { body } = await beginBulkReset(product, headers, { changedBefore: '2000-01-01T00:00:00Z' });
  return (await ended(product, headers, body.id)).id;
}

/** Somebody with a session, a reset and an email. */
async function traces(product: Product, practice: OpenedPractice, roles: string[]) {
  const { headers } = practice.administrator;
  const member = await join(product, practice, roles);
  const [{ body: reset }, { body: sessions }] = await Promise.all([
    product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202),
    product.http.get('/api/v1/sessions').set(member.session.headers).expect(200),
  ]);
  return {
    user: member.id,
    session: String(sessions.items[0].id),
    reset: String(reset.id),
    delivery: String(reset.deliveryIds[0]),
  };
}
