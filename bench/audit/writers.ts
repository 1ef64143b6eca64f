import 'reflect-metadata';
import { setTimeout as rest } from 'node:timers/promises';
import { Client } from 'pg';
import { AuditTrail } from '#audit';
import { Database, EmbeddedPostgres } from '#database';
import { PracticeSchema } from '#practices';
import { SYSTEM } from '#runtime';
import type { ProductTarget } from '../product-target.js';

const WRITERS = 64;
/** As `npm start` names the API's login on its embedded server. */
const API_LOGIN = 'latchkey_api_login';

export interface WritersRun {
  writers: number;
  written: number;
  perSecond: number;
  failed: number;
  /** Entries of the trail that are missing between its first and its last. */
  gaps: number;
  /** Whether `latchkey audit verify` walked chain and signatures to the end. */
  intact: boolean;
}

/** 64 connections append to one practice's chain without a pause, as the product's own code does. */
export async function measureWriters(
  target: ProductTarget,
  practiceCode: string,
  seconds: number,
): Promise<WritersRun> {
  const server = await EmbeddedPostgres.open({ dataDir: target.dataDir });
  const database = await Database.open({
    url: server.loginUrl(API_LOGIN),
    role: 'latchkey_api',
    entities: [PracticeSchema],
    maxConnections: WRITERS,
  });
  const client = new Client({ connectionString: server.adminUrl() });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>('select practice_by_code($1) as id', [
      practiceCode.replaceAll('-', ''),
    ]);
    const id = rows[0]?.id ?? '';
    const told = await write(database, id, seconds);
    const counted = await client.query<{ gaps: string }>(
      'select max(seq) - min(seq) + 1 - count(*) as gaps from audit_events where practice_id = $1',
      [id],
    );
    const intact = await target.latchkey('audit', 'verify', '--practice', practiceCode).then(
      () => true,
      () => false,
    );
    return { writers: WRITERS, ...told, gaps: Number(counted.rows[0]?.gaps), intact };
  } finally {
    await client.end();
    await database.close();
    await server.stop();
  }
}

async function write(database: Database, practiceId: string, seconds: number) {
  const trail = new AuditTrail(database);
  const [from, counts] = [performance.now(), { written: 0, failed: 0 }];
  const writer = async () => {
    while (performance.now() < from + seconds * 1_000) {
      try {
        await database.inPractice(practiceId, async () => {
          await database.begun;
          trail.record({ action: 'practice.updated', actor: SYSTEM });
        });
        counts.written += 1;
      } catch {
        counts.failed += 1;
        await rest(10);
      }
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, writer));
  return { ...counts, perSecond: (counts.written / (performance.now() - from)) * 1_000 };
}
