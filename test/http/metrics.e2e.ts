import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, lineFor, upload } from '../support/imports.js';
import { parseMetrics, type Sample } from '../support/metrics.js';
import { upkeep } from '../support/operators.js';
import { asAdministrator, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { type Product, startProduct } from '../support/product.js';
import { resetIn } from '../support/recovery.js';

const TOKEN = 'a-scraper-that-is-far-away';
/** Figures are kept this long between two scrapes. */
const KEPT_MILLISECONDS = 2_100;

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
const nodes: NestFastifyApplication[] = [];
afterAll(async () => {
  for (const node of nodes) await node.close();
  await product.stop();
});

/** Another node of the same installation. */
async function nodeWith(env: Record<string, string> = {}) {
  const node = await product.openApi(env);
  nodes.push(node);
  return supertest(node.getHttpServer());
}

const scraped = async (http = product.http): Promise<Sample[]> =>
  parseMetrics((await http.get('/metrics').expect(200)).text);
const valueOf = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples.find(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
  )?.value ?? 0;

describe('GET /metrics', () => {
  it('counts resets, mails and their time, the same from every node, also after they were folded', async () => {
    const member = await join(product, practice);
    const { headers } = await asAdministrator(product, practice);
    await product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).send({}).expect(202);
    await resetIn(product, headers, member.id, 'sent');
    const other = await nodeWith();
    for (const folded of [false, true]) {
      if (folded) {
        await upkeep(product);
        expect(await product.database.query('select 1 from tally_entries')).toEqual([]);
        await new Promise((resolve) => setTimeout(resolve, KEPT_MILLISECONDS));
      }
      for (const samples of [await scraped(), await scraped(other)]) {
        const resets = (outcome: string) =>
          valueOf(samples, 'latchkey_resets_total', { channel: 'administrator', outcome });
        expect([resets('requested'), resets('sent')]).toEqual([1, 1]);
        const mails = { template: 'temporary-credential', outcome: 'accepted' };
        expect(valueOf(samples, 'latchkey_deliveries_total', mails)).toBe(1);
        const count = valueOf(samples, 'latchkey_delivery_seconds_count');
        expect(count).toBeGreaterThanOrEqual(3);
        expect(valueOf(samples, 'latchkey_delivery_seconds_bucket', { le: '+Inf' })).toBe(count);
        expect(valueOf(samples, 'latchkey_oldest_job_seconds', { queue: 'mail' })).toBe(0);
      }
    }
  });

  it('tells how much waits, by kind and state', async () => {
    await product.stopWorker();
    const { headers } = await asAdministrator(product, practice);
    const bea = { username: 'bea', displayName: 'Bea', email: 'bea@elm.example', roles: ['staff'] };
    await product.http.post('/api/v1/users').set(headers).send(bea).expect(201);
    await product.advance(120);
    await new Promise((resolve) => setTimeout(resolve, KEPT_MILLISECONDS));
    const samples = await scraped();
    expect(valueOf(samples, 'latchkey_queue_depth', { queue: 'welcome-email', state: 'due' })).toBe(1);
    expect(valueOf(samples, 'latchkey_oldest_job_seconds', { queue: 'mail' })).toBeGreaterThanOrEqual(120);
  });

  it('tells of large work that waits, whether for its turn or for somebody to do it', async () => {
    const { headers } = await asAdministrator(product, practice);
    await upload(product, headers, fileOf(lineFor('cleo')));
    await product.database.query(
      `insert into bulk_work (practice_id, id, kind, due_at)
       select practice_id, gen_random_uuid(), 'bulk-password-reset', now() + interval '1 year' from users where id = $1`,
      [practice.administrator.userId],
    );
    await product.advance(300);
    await new Promise((resolve) => setTimeout(resolve, KEPT_MILLISECONDS));
    const samples = await scraped();
    const depth = (queue: string, state: string) =>
      valueOf(samples, 'latchkey_queue_depth', { queue, state });
    expect([depth('user-import', 'due'), depth('bulk-password-reset', 'later')]).toEqual([1, 1]);
    expect(valueOf(samples, 'latchkey_oldest_job_seconds', { queue: 'bulk' })).toBeGreaterThanOrEqual(300);
    expect(samples.find(({ name }) => name === 'latchkey_mail_stopped')?.value).toBe(0);
    await product.database.query('delete from bulk_work');
  });

  it('times answers by the route as written, and names no practice and no person', async () => {
    await product.http.get('/api/v1/users/01a209b3-1c99-7e4c-870f-55b3a5aca9df').expect(401);
    const { text } = await product.http.get('/metrics').expect(200);
    const counted = { route: '/api/v1/users/:id', method: 'GET', status: '4xx' };
    expect(valueOf(parseMetrics(text), 'latchkey_http_request_seconds_count', counted)).toBeGreaterThan(0);
    expect(valueOf(parseMetrics(text), 'process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(text).not.toContain(practice.practiceId);
    expect(text).not.toContain('01a209b3');
    expect(text).not.toContain('elm.example');
  });
});

describe('who may scrape', () => {
  it('is this machine itself, not whom a proxy on it carries', async () => {
    await product.http.get('/metrics').expect(200);
    await product.http.get('/metrics').set('x-forwarded-for', '127.0.0.1').expect(403);
    await product.http.get('/metrics').set('forwarded', 'for=127.0.0.1').expect(403);
  });

  it('is whoever brings the token, and nobody else, where one is set', async () => {
    const http = await nodeWith({ METRICS_TOKEN: TOKEN });
    await http.get('/metrics').expect(403);
    await http.get('/metrics').set('authorization', 'Bearer another').expect(403);
    await http.get('/metrics').set('authorization', `Bearer ${TOKEN}`).expect(200);
    await http
      .get('/metrics')
      .set({ authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '192.0.2.7' })
      .expect(200);
  });
});
