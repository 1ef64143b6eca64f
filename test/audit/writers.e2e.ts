import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditTrail } from '../../libs/audit/index.js';
import { Database } from '../../libs/database/index.js';
import { PracticeSchema } from '../../libs/practices/index.js';
import { SYSTEM } from '../../libs/runtime/index.js';
import { type AuditedPractice, grow, openAuditedPractice } from '../support/audit-files.js';
import { upkeep } from '../support/operators.js';
import { asAdministrator } from '../support/people.js';
import { type Product, startProduct } from '../support/product.js';

const WRITERS = 64;
const SECONDS = 3;

let product: Product;
let practice: AuditedPractice;
beforeAll(async () => {
  product = await startProduct({ env: { RATE_LIMIT_FACTOR: '1000' } });
  practice = await openAuditedPractice(product);
});
afterAll(() => product.stop());

const verification = async () => {
  const { headers } = await asAdministrator(product, practice);
  return (await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200)).body;
};
const guess = () =>
  product.http
    .post('/api/v1/sessions')
    .send({ practiceId: practice.practiceId, username: 'ada', password: 'a wrong guess at it' })
    .expect(401);

it('64 writers on one practice leave no gap, and what was committed is in the chain', async () => {
  const database = await Database.open({
    url: product.database.apiUrl,
    role: 'latchkey_api',
    entities: [PracticeSchema],
    maxConnections: WRITERS,
  });
  const trail = new AuditTrail(database);
  const { events: before } = await verification();
  const until = performance.now() + SECONDS * 1_000;
  let written = 0;
  const writer = async () => {
    while (performance.now() < until) {
      await database.inPractice(practice.id, async () => {
        await database.begun;
        trail.record({ action: 'practice.updated', actor: SYSTEM });
        trail.record({ action: 'practice.updated', actor: SYSTEM });
      });
      written += 2;
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  await database.close();
  expect(written).toBeGreaterThan(WRITERS);
  // The sign-in of whoever verifies is an event, too.
  expect(await verification()).toMatchObject({ intact: true, events: before + written + 1 });
});

describe('guesses of strangers', () => {
  it('wait for nobody who holds the chain', async () => {
    const holder = new Client({ connectionString: product.database.adminUrl });
    await holder.connect();
    await holder.query('begin');
    await holder.query('select from audit_heads where practice_id = $1 for update', [practice.id]);
    let appended = false;
    const append = grow(product, practice.id, 1).then(() => {
      appended = true;
    });
    for (let times = 0; times < 3; times += 1) await guess();
    expect(appended).toBe(false);
    await holder.query('rollback');
    await holder.end();
    await append;
  });

  it('are one event of their minute, be it a million of them', async () => {
    const refusals = () =>
      product.database.query<{ count: number }>(
        "select count from audit_refusals where practice_id = $1 and action = 'session.refused'",
        [practice.id],
      );
    await product.advance(3_600);
    await upkeep(product);
    await guess();
    await product.database.query('update audit_refusals set count = 999999 where practice_id = $1', [
      practice.id,
    ]);
    await guess();
    expect((await refusals()).reduce((sum, { count }) => sum + count, 0)).toBe(1_000_000);
    expect((await refusals()).length).toBeLessThanOrEqual(2);
    await product.advance(180);
    await upkeep(product);
    expect(await refusals()).toEqual([]);
    const counted = await product.database.query<{ count: number }>(
      `select max((body::jsonb #>> '{changes,count}')::integer) as count from audit_events
       where practice_id = $1 and action = 'session.refused'`,
      [practice.id],
    );
    expect(counted[0]?.count).toBeGreaterThan(999_000);
    expect(await verification()).toMatchObject({ intact: true });
  });
});
