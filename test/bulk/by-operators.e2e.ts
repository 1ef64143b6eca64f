import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { asActor, Rights } from '#access';
import { Database } from '#database';
import { UserImports } from '#membership';
import { BulkResets } from '#recovery';
import { type Actor, NIL_ID } from '#runtime';
import { bulkReset, ended, plantPeople } from '../support/bulk-resets.js';
import { fileOf, type Import, imported, lineFor } from '../support/imports.js';
import { nextMail } from '../support/mail.js';
import { addOperator, revokeOperator } from '../support/operators.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';

const UNNAMED: Actor = { type: 'operator', id: 'cli:somebody', sourceAddress: null, requestId: null };
const CUSTOMER_SERVICE = { userId: NIL_ID, displayName: '', rights: Rights.EVERYTHING };

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
});
afterAll(() => product.stop());
beforeEach(async () => {
  practice = await openPractice(product);
  headers = practice.administrator.headers;
});

async function inPractice<T>(work: () => Promise<T>): Promise<T> {
  const [row] = await product.database.query<{ practice_id: string }>(
    'select practice_id from users where id = $1',
    [practice.administrator.userId],
  );
  return product.app.get(Database).inPractice(row?.practice_id ?? '', work);
}
const startImport = (actor: Actor, ...lines: string[]) =>
  inPractice(() =>
    product.app
      .get(UserImports)
      .start(
        actor,
        { bytes: Buffer.from(fileOf(...lines)), sha256: 'of the file' },
        { dryRun: false, welcome: true },
      ),
  );
const outcomes = ({ rows }: Import) => rows.map(({ outcome, reason }) => [outcome, reason]);
const NOBODY_ANY_MORE = ['failed', 'whoever started the import may no longer add users'];

// In this order: it cannot be undone that an installation has had an operator.
describe('what was begun without a name', () => {
  it('goes on as long as there has never been an operator, and no longer', async () => {
    const { id } = await startImport(UNNAMED, lineFor('adam'));
    expect(outcomes(await imported(product, headers, id))).toEqual([['created', null]]);
    await plantPeople(product, practice, 7);
    const reset = await inPractice(() =>
      product.app.get(BulkResets).start(UNNAMED, CUSTOMER_SERVICE, { role: 'staff' }, 'Ticket 4711: a leak'),
    );
    await vi.waitFor(async () => expect((await bulkReset(product, headers, reset.id)).done).toBe(5), 10_000);
    await addOperator(product, 'wren');
    const { id: late } = await startImport(UNNAMED, lineFor('bea'));
    expect(outcomes(await imported(product, headers, late))).toEqual([NOBODY_ANY_MORE]);
    await product.advance(5);
    expect(await ended(product, headers, reset.id)).toMatchObject({
      state: 'cancelled',
      done: 5,
      reason: expect.stringContaining('may no longer'),
    });
  });
});

describe('an import by an operator', () => {
  it('adds people in the name of customer service, and stops when the operator is revoked', async () => {
    const wren = asActor({ name: 'wren' });
    const { id } = await startImport(wren, lineFor('carl'));
    expect(outcomes(await imported(product, headers, id))).toEqual([['created', null]]);
    const { text } = await nextMail(product.mailbox, 'carl@import.example', 'member-welcome');
    expect(text).toContain('Customer service added you to');
    expect(text).toContain('or customer service: help@latchkey.example.');
    const query = { action: 'user.created', limit: 1 };
    const events = await product.http.get('/api/v1/audit-events').query(query).set(headers).expect(200);
    expect(events.body.items).toMatchObject([{ actor: { type: 'operator', id: 'operator:wren' } }]);

    await product.stopWorker();
    const { id: late } = await startImport(wren, lineFor('dora'));
    await revokeOperator(product, 'wren');
    await product.startWorker();
    expect(outcomes(await imported(product, headers, late))).toEqual([NOBODY_ANY_MORE]);
  });

  it('adds nobody who could let others in: one operator is no way into a practice', async () => {
    await addOperator(product, 'finch');
    const desk = { key: 'desk', name: 'Desk', permissions: ['practice:read', 'user:reset-password'] };
    await product.http.post('/api/v1/roles').set(headers).send(desk).expect(201);
    const lines = [lineFor('eve', 'administrator'), lineFor('finn', 'desk'), lineFor('gil', 'auditor')];
    const { id } = await startImport(asActor({ name: 'finch' }), ...lines);
    const refused = ['failed', 'roles: You cannot grant what you lack'];
    expect(outcomes(await imported(product, headers, id))).toEqual([refused, refused, ['created', null]]);
  });
});
