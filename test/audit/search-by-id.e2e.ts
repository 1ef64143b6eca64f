import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DemoTrail } from '../../libs/audit/index.js';
import { type TrailFilter, trailQuery } from '../../libs/audit/trail-filter.js';
import { Database } from '../../libs/database/index.js';
import { type AuditedPractice, openAuditedPractice } from '../support/audit-files.js';
import { expectFault } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';

const COUNT = 4_000;

interface Event {
  id: string;
  seq: number;
  requestId: string | null;
}

let product: Product;
let own: AuditedPractice;
beforeAll(async () => {
  product = await startProduct();
  own = await openAuditedPractice(product);
  await product.stopWorker();
  const { app } = product;
  await app.get(Database).inPractice(own.id, async () => {
    const to = await app.get(Database).begun;
    const made = { count: COUNT, from: new Date(to.getTime() - 600_000), to, addresses: 9 };
    await app.get(DemoTrail).add({ ...made, people: [own.administrator.userId] });
  });
  await product.database.query('analyze audit_events');
});
afterAll(() => product.stop());

const list = async (query: object): Promise<Event[]> => {
  const { headers } = own.administrator;
  const { body } = await product.http.get('/api/v1/audit-events').query(query).set(headers).expect(200);
  return body.items;
};
const planOf = async (filter: TrailFilter): Promise<string> => {
  const { text, values } = trailQuery({
    columns: 'e.seq',
    filter,
    within: () => '',
    order: 'e.seq desc',
    limit: 51,
  });
  const database = product.app.get(Database);
  const rows = await database.inPractice(own.id, () =>
    database.sql<{ 'QUERY PLAN': string }>(`explain ${text}`, values),
  );
  return rows.map((row) => row['QUERY PLAN']).join('\n');
};

describe('an id typed from a log line', () => {
  it('finds the event of that id, and the events of that request', async () => {
    const all = await list({ limit: 200 });
    const some = all[120] as Event;
    expect(await list({ id: some.id })).toEqual([some]);
    expect(some.requestId).not.toBeNull();
    expect(await list({ requestId: some.requestId })).toEqual(
      all.filter(({ requestId }) => requestId === some.requestId),
    );
    expect(await list({ id: some.id, action: 'no.such-thing' })).toEqual([]);
    expectFault(await product.http.get('/api/v1/audit-events?id=17').set(own.administrator.headers), '/id');
  });

  it('is looked up in an index, behind row-level security too', async () => {
    const [some] = await list({ limit: 1 });
    const { id = '', requestId } = some ?? {};
    expect(await planOf({ id })).toMatch(/(?:using|Index Scan on) \S*practice_id_id_idx/);
    expect(await planOf({ requestId: requestId ?? '' })).toMatch(
      /(?:using|Index Scan on) \S*request_id_seq_idx/,
    );
    const person = await planOf({ personId: id });
    for (const column of ['actor', 'target', 'concerned']) {
      expect(person).toMatch(new RegExp(`(?:using|Index Scan on) \\S*${column}_id_seq_idx`));
    }
  });
});
