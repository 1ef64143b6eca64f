/** The bare parts of the limit program's work, each alone in its own process, so that a slow limit shows. */
import { randomBytes, randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createTransport } from 'nodemailer';
import { Pool } from 'pg';
import { resetMail } from './limit/reset-mail.js';
import { answerParent, nowMs } from './side-process.js';

/** Without a database only the SMTP pool is measured. */
export interface FloorQuestion {
  databaseUrl?: string;
  smtpUrl: string;
}
/** Each part alone, per second. */
export interface Floor {
  argon2: number;
  transactions: number;
  smtpSends: number;
}

/** Repeats `act` with `concurrency` in flight for `seconds`, after a warm-up of a quarter of that. */
async function ratePerSecond(
  seconds: number,
  concurrency: number,
  act: () => Promise<unknown>,
): Promise<number> {
  const startMs = nowMs() + seconds * 250;
  const endMs = startMs + seconds * 1000;
  let counted = 0;
  async function repeat(): Promise<void> {
    for (;;) {
      await act();
      const ms = nowMs();
      if (ms > endMs) return;
      if (ms > startMs) counted++;
    }
  }
  await Promise.all(Array.from({ length: concurrency }, repeat));
  return counted / seconds;
}

async function argon2Rate(): Promise<number> {
  const password = 'Correct-Horse-Battery-9';
  const stored = await hash(password, { memoryCost: 19456, timeCost: 2, parallelism: 1 });
  return ratePerSecond(3, availableParallelism(), () => verify(stored, password));
}

/** The handler's five round trips (begin, select, insert, insert, commit) on the limit's own tables. */
async function transactionRate(databaseUrl: string): Promise<number> {
  const pool = new Pool({ connectionString: databaseUrl, max: 16 });
  const users = await pool.query<{ id: string }>('select id from users');
  let next = 0;
  const rate = await ratePerSecond(3, 16, async () => {
    const userId = users.rows[next++ % users.rows.length]?.id;
    const client = await pool.connect();
    const resetId = randomUUID();
    await client.query('begin');
    await client.query({
      name: 'u',
      text: 'select username from users where id = $1 and active',
      values: [userId],
    });
    await client.query({
      name: 'r',
      text: 'insert into resets (id, user_id, nonce, expires_at) values ($1, $2, $3, now())',
      values: [resetId, userId, randomBytes(16)],
    });
    // Marked as sent already, so that the limit program does not mail what is only measured here.
    await client.query({
      name: 'o',
      text: 'insert into outbox (reset_id, sent_at) values ($1, now())',
      values: [resetId],
    });
    await client.query('commit');
    client.release();
  });
  await pool.end();
  return rate;
}

/** The same message as the limit's over the same nodemailer pool, without anything around it. */
async function smtpRate(smtpUrl: string): Promise<number> {
  const smtp = createTransport({ url: smtpUrl, pool: true, maxConnections: 16, maxMessages: Infinity });
  const mail = resetMail(
    {
      id: '1',
      reset_id: randomUUID(),
      user_id: randomUUID(),
      nonce: randomBytes(16),
      email: 'floor@limit.test',
      display_name: 'User floor',
      practice_name: 'Practice P0',
      expires_at: new Date(),
    },
    '00000-11111-22222-33333-44444-5',
  );
  const rate = await ratePerSecond(3, 64, () => smtp.sendMail({ ...mail }));
  smtp.close();
  return rate;
}

answerParent(
  async ({ databaseUrl, smtpUrl }: FloorQuestion): Promise<Floor> => ({
    argon2: databaseUrl === undefined ? Number.NaN : await argon2Rate(),
    transactions: databaseUrl === undefined ? Number.NaN : await transactionRate(databaseUrl),
    smtpSends: await smtpRate(smtpUrl),
  }),
);
