import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AuditRounds } from '../../libs/audit/index.js';
import {
  type AuditedPractice,
  bad,
  checked,
  exportTrail,
  grow,
  judged,
  openAuditedPractice,
} from '../support/audit-files.js';
import { type Product, startProduct } from '../support/product.js';
import { secondOpinion } from './second-verifier.js';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-offline-'));
const anchorFile = join(folder, 'anchors.ndjson');
let product: Product;
let own: AuditedPractice;

beforeAll(async () => {
  product = await startProduct({ env: { AUDIT_ANCHORS: pathToFileURL(anchorFile).href } });
  own = await openAuditedPractice(product);
});
afterAll(async () => {
  await product.stop();
  rmSync(folder, { recursive: true });
});

/** Signs what there is, and anchors it. */
const anHourPasses = async () => {
  await product.advance(3_600);
  await product.worker?.get(AuditRounds).run();
};

describe('an anchor kept outside', () => {
  const TABLES = ['audit_events', 'audit_heads', 'audit_trees', 'audit_checkpoints'];
  const anchors = () => readFileSync(anchorFile, 'utf8');
  const anchoredAt = () => {
    const { practices } = JSON.parse(anchors().trimEnd().split('\n').at(-1) ?? '');
    return practices.find(([id]: [string]) => id === own.id)[1] as number;
  };
  const keep = async (name: string) => {
    for (const table of TABLES) {
      await product.database.query(
        `create table ${name}_${table} as select * from ${table} where practice_id = $1`,
        [own.id],
      );
    }
  };
  const restore = async (name: string) => {
    for (const table of TABLES) {
      await product.database.query(`delete from ${table} where practice_id = $1`, [own.id]);
      await product.database.query(`insert into ${table} select * from ${name}_${table}`);
    }
  };

  beforeAll(async () => {
    await anHourPasses();
    await grow(product, own.id, 5);
    await keep('yesterday');
    await grow(product, own.id, 7);
    await anHourPasses();
    await keep('today');
  });

  it('agrees with the trail, also with one that has grown since', async () => {
    const file = await exportTrail(product, own.id);
    expect(await judged(file, own.publicKey, anchors())).toEqual({ intact: true });
    expect(await checked(file, own.publicKey, anchors())).toMatchObject({ anchored: anchoredAt() });
    await grow(product, own.id, 3);
    expect(await judged(await exportTrail(product, own.id), own.publicKey, file)).toEqual({ intact: true });
  });

  it('shows a tail that was cut off together with everything that told of it', async () => {
    await restore('yesterday');
    const file = await exportTrail(product, own.id);
    const { entries } = await checked(file, own.publicKey);
    expect(await judged(file, own.publicKey)).toEqual({ intact: true });
    expect(await judged(file, own.publicKey, anchors())).toEqual(bad(entries + 1, anchoredAt()));
    await restore('today');
  });

  it('shows yesterday’s database, also after it has gone on for longer than today’s', async () => {
    await restore('yesterday');
    const { entries } = await checked(await exportTrail(product, own.id), own.publicKey);
    await grow(product, own.id, 30);
    const file = await exportTrail(product, own.id);
    expect(await judged(file, own.publicKey)).toEqual({ intact: true });
    const verdict = await judged(file, own.publicKey, anchors());
    expect(verdict).toMatchObject({ intact: false, to: anchoredAt() });
    expect(verdict.from).toBeLessThanOrEqual(entries + 1);
    await restore('today');
  });

  it('shows what was rewritten and, once every signature was gone, signed anew by the product itself, if it is older than the anchor', async () => {
    await product.database.query('delete from audit_checkpoints where practice_id = $1', [own.id]);
    await product.database.query('delete from audit_trees where practice_id = $1', [own.id]);
    await product.database.query(
      `do $$ declare event record; before bytea; begin
         select hash into before from audit_events where practice_id = '${own.id}' and seq = 2;
         for event in select * from audit_events where practice_id = '${own.id}' and seq > 2 order by seq loop
           event.body := case event.seq when 3 then replace(event.body, '"success"', '"refused"') else event.body end;
           before := sha256('\\x00'::bytea || before || int8send(event.seq) || convert_to(event.body, 'UTF8'));
           update audit_events set hash = before, body = event.body
             where practice_id = event.practice_id and seq = event.seq;
         end loop;
         update audit_heads set hash = before where practice_id = '${own.id}';
       end $$`,
    );
    const file = await exportTrail(product, own.id);
    expect(await judged(file, own.publicKey)).toEqual({ intact: true });
    const [first = ''] = anchors().split('\n');
    const { practices } = JSON.parse(first);
    const firstSize = practices.find(([id]: [string]) => id === own.id)[1];
    expect(await judged(file, own.publicKey, anchors())).toEqual(bad(1, firstSize));
    await restore('today');
  });

  it('is read where others before it are torn, which are named', async () => {
    const file = await exportTrail(product, own.id);
    const [first = '', ...others] = anchors().split('\n');
    const torn = [first.slice(0, 40), ...others].join('\n');
    expect(await judged(file, own.publicKey, torn)).toEqual({ intact: true });
    const { anchored, anchors: compared } = await checked(file, own.publicKey, torn);
    expect(anchored).toBe(anchoredAt());
    expect(compared).toMatchObject({ given: others.length - 1, unreadable: [1] });
    expect(secondOpinion(Buffer.from(file), own.publicKey, torn).unreadable).toEqual([1]);
    await restore('yesterday');
    const cut = await exportTrail(product, own.id);
    expect(await judged(cut, own.publicKey, torn)).toMatchObject({ intact: false, to: anchoredAt() });
    await restore('today');
  });

  it('is not believed when somebody has changed it, or when it does not name the practice', async () => {
    const file = await exportTrail(product, own.id);
    const forged = anchors().replace(/,\d+,/, ',1,');
    expect((await checked(file, own.publicKey, forged)).fault?.what).toContain('not checked');
    expect(secondOpinion(Buffer.from(file), own.publicKey, forged).intact).toBe(false);
    const silent = anchors().replaceAll(
      own.id,
      own.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
    );
    expect((await checked(file, own.publicKey, silent)).intact).toBe(false);
    expect((await checked(file, own.publicKey, '')).fault?.what).toContain('does not name this practice');
  });
});
