/**
 * The shortest honest program that does the work of an administrator's reset and of a sign-in: one handler with one
 * transaction, one delivery loop, one SMTP pool, no framework and no ORM. Latchkey is measured against its rate.
 * Environment: DATABASE_URL, SMTP_URL, CREDENTIAL_KEY (hex). Prints `ready URL` once it serves.
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import { createTransport } from 'nodemailer';
import { Pool, type PoolClient, type QueryResultRow } from 'pg';
import { credentialFor, type DueMail, resetMail, verifierOf } from './reset-mail.js';
import { statements } from './statements.js';

type Answer = [status: number, body: object];

const key = Buffer.from(process.env.CREDENTIAL_KEY ?? '', 'hex');
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 16 });
// 16 connections: measured best on two cores (4 and 8 gave a quarter less, 32 no more).
const smtp = createTransport({
  url: process.env.SMTP_URL,
  pool: true,
  maxConnections: 16,
  maxMessages: Infinity,
});
const dummyHash = await hash('nobody', { memoryCost: 19456, timeCost: 2, parallelism: 1 });
let wakeLoop = (): void => undefined;

function run<Row extends QueryResultRow>(
  on: Pool | PoolClient,
  name: keyof typeof statements,
  values: unknown[],
) {
  return on.query<Row>({ name, text: statements[name], values });
}

async function requestReset(userId: string): Promise<Answer> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await run<{ username: string }>(client, 'userById', [userId]);
    const id = randomUUID();
    if (rows[0]) {
      await run(client, 'insertReset', [id, userId, randomBytes(16)]);
      await run(client, 'insertOutbox', [id]);
    }
    await client.query('commit');
    wakeLoop();
    if (!rows[0]) return [404, { code: 'not_found' }];
    return [202, { id, userId, username: rows[0].username, state: 'requested' }];
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}

// As many verifies at once as cores: more only crowd libuv's pool (16 at once cost 47 %).
let freeLanes = availableParallelism();
const waiting: (() => void)[] = [];
async function verifyInLane(passwordHash: string, password: string): Promise<boolean> {
  if (freeLanes > 0) freeLanes--;
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    return await verify(passwordHash, password);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else freeLanes++;
  }
}

async function signIn(body: { practiceId: string; username: string; password: string }): Promise<Answer> {
  const found = await run<{ id: string; password_hash: string }>(pool, 'userByName', [
    body.practiceId,
    body.username,
  ]);
  const user = found.rows[0];
  const right = await verifyInLane(user?.password_hash ?? dummyHash, body.password);
  if (!user || !right) return [401, { code: 'invalid_credentials' }];
  const token = randomBytes(32);
  await run(pool, 'insertSession', [createHash('sha256').update(token).digest(), user.id]);
  return [201, { user: { id: user.id }, token: token.toString('base64url') }];
}

async function deliver(due: DueMail[]): Promise<void> {
  const credentials = due.map((mail) => credentialFor(key, mail));
  const verifiers = credentials.map((credential) => verifierOf(key, credential));
  await run(pool, 'storeVerifiers', [due.map((mail) => mail.reset_id), verifiers]);
  const sent = await Promise.all(
    due.map((mail, at) => smtp.sendMail(resetMail(mail, credentials[at] ?? ''))),
  );
  await run(pool, 'markSent', [due.map((mail) => mail.id), sent.map(({ response }) => response)]);
}

async function deliverForEver(): Promise<never> {
  for (;;) {
    const woken = new Promise<void>((resolve) => {
      wakeLoop = resolve;
    });
    const { rows } = await run<DueMail>(pool, 'claim', []);
    if (rows.length > 0) await deliver(rows);
    else await woken;
  }
}

async function route(request: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const reset = /^\/users\/([0-9a-f-]{36})\/password-reset$/.exec(request.url ?? '');
  if (request.method === 'POST' && reset?.[1]) return requestReset(reset[1]);
  if (request.method !== 'POST' || request.url !== '/sessions') return [404, { code: 'not_found' }];
  return signIn(JSON.parse(Buffer.concat(chunks).toString()));
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [status, body] = await route(request).catch((error: unknown): Answer => {
    console.error(error);
    return [500, { code: 'internal' }];
  });
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => void respond(request, response));
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
await deliverForEver();
