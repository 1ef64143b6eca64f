import { expect } from 'vitest';
import { AuditExport, AuditTrail, checkOffline, type Verdict } from '../../libs/audit/index.js';
import { Database } from '../../libs/database/index.js';
import { SYSTEM } from '../../libs/runtime/index.js';
import { secondOpinion } from '../audit/second-verifier.js';
import { type OpenedPractice, openPractice } from './practice.js';
import type { Product } from './product.js';

/** A practice with its id inside, and the public key that its auditors hold. */
export interface AuditedPractice extends OpenedPractice {
  id: string;
  publicKey: string;
}

export async function openAuditedPractice(product: Product): Promise<AuditedPractice> {
  const opened = await openPractice(product);
  const { headers, userId } = opened.administrator;
  const { body } = await product.http.get('/api/v1/audit-events/verification').set(headers).expect(200);
  const [row] = await product.database.query<{ practice_id: string }>(
    'select practice_id from users where id = $1',
    [userId],
  );
  return { ...opened, id: row?.practice_id ?? '', publicKey: body.publicKey };
}

/** Events of the product's own, in one transaction. */
export const grow = ({ app }: Product, practiceId: string, count: number): Promise<void> =>
  app.get(Database).inPractice(practiceId, async () => {
    for (let index = 0; index < count; index += 1) {
      app.get(AuditTrail).record({ action: 'practice.updated', actor: SYSTEM, changes: { index } });
    }
  });

/** A whole export as one text. */
export async function exportTrail({ app }: Product, practiceId: string): Promise<string> {
  const trail = app.get(AuditExport);
  const opened = await trail.open(practiceId, SYSTEM, { format: 'ndjson' });
  let text = '';
  for await (const piece of trail.read(opened)) text += piece;
  return text;
}

/** The lines of a text as bytes, as a file would give them. */
export async function* linesOf(text: string | Buffer): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from);
    const next = end < 0 ? bytes.length : end + 1;
    yield bytes.subarray(from, next);
    from = next;
  }
}

/** What `latchkey audit verify` makes of a file. */
export const checked = (file: string | Buffer, publicKey: string, anchors?: string): Promise<Verdict> =>
  checkOffline({ file: linesOf(file), publicKey, anchors: anchors === undefined ? null : linesOf(anchors) });

/** Both verifiers, which must be of one opinion: intact, or from where to where the first bad entry lies. */
export async function judged(file: string | Buffer, publicKey: string, anchors?: string) {
  const { fault, intact } = await checked(file, publicKey, anchors);
  const second = secondOpinion(Buffer.from(file), publicKey, anchors);
  expect(second).toMatchObject(intact ? { intact } : { intact, from: fault?.from, to: fault?.to });
  return { intact, ...(fault && { from: fault.from, to: fault.to }) };
}

export const bad = (from: number, to = from) => ({ intact: false, from, to });
