import { AuditRounds } from '#audit';
import { beginBulkReset, ended } from '../support/bulk-resets.js';
import { fileOf, imported, lineFor, upload } from '../support/imports.js';
import { nextMail } from '../support/mail.js';
import { plantGrant } from '../support/operators.js';
import { defineRole, join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD, tenantOf } from '../support/practice.js';
import type { Product } from '../support/product.js';
import { answerQuestion, resetIn } from '../support/recovery.js';

/** A practice with something of every kind in it. */
export interface Furnished extends OpenedPractice {
  /** The id that no answer shows. */
  tenantId: string;
  member: Member;
  /** One object per collection of the API, under the name that stands in its path. */
  objects: Record<string, string>;
  /** What an answer to somebody of another practice must never hold. */
  marks: string[];
}

/** Two practices with a row in every tenant table, at rest: no worker runs any more. */
export async function openTwoPractices(product: Product): Promise<{ mine: Furnished; theirs: Furnished }> {
  const theirs = await furnish(product, 'their-scribes');
  const mine = await furnish(product, 'my-scribes');
  await product.worker?.get(AuditRounds).run();
  await product.stopWorker();
  for (const practice of [mine, theirs]) await leaveWorkUndone(product, practice);
  return { mine, theirs };
}

async function furnish(product: Product, role: string): Promise<Furnished> {
  const practice = await openPractice(product);
  const { practiceId, administrator } = practice;
  const { headers, userId } = administrator;
  await defineRole(product, userId, role, ['user:read']);
  const member = await join(product, practice);
  await answerQuestion(product, { practiceId, username: member.username, answer: 'wrong' });
  await product.http
    .post(`/api/v1/users/${member.id}/password-reset`)
    .set({ ...headers, 'idempotency-key': role })
    .expect(202);
  await nextMail(product.mailbox, member.email, 'temporary-credential');
  await resetIn(product, headers, member.id, 'sent');
  await plantGrant(product, userId);
  const wording = `${role} have words of their own`;
  await product.http
    .put('/api/v1/templates/password-changed')
    .set(headers)
    .send({ subject: wording, html: wording, text: wording, locale: 'en' })
    .expect(200);
  const first = async (collection: string): Promise<string> => {
    const { body } = await product.http.get(`/api/v1/${collection}`).set(headers).expect(200);
    return body.items[0].id;
  };
  const file = await upload(product, headers, fileOf(lineFor(`${role}-one`)), { dryRun: 'true' });
  await imported(product, headers, file.body.id);
  const bulk = await beginBulkReset(product, headers, { changedBefore: '2000-01-01T00:00:00Z' });
  await ended(product, headers, bulk.body.id);
  await plantTurn(product, bulk.body.id, member.id);
  const objects = {
    'bulk-password-resets': String(bulk.body.id),
    'user-imports': String(file.body.id),
    users: member.id,
    sessions: await first('sessions'),
    'password-resets': await first('password-resets'),
    deliveries: await first('deliveries'),
    'support-grants': await first('support-grants'),
    roles: role,
    ...(await anEvent(product, userId)),
  };
  const tenantId = await tenantOf(product, userId);
  await plantArchive(product, tenantId);
  await plantSink(product, tenantId);
  const marks = [
    tenantId,
    practiceId,
    userId,
    member.email,
    administrator.email,
    wording,
    ...Object.values(objects),
  ];
  return { ...practice, tenantId, member, objects, marks };
}

/** An event that somebody's request left in the trail. Not as a list shows it, which would seal the refusals. */
async function anEvent({ database }: Product, actorId: string): Promise<Record<string, string>> {
  const [event] = await database.query<{ id: string; request_id: string }>(
    'select id, request_id from audit_events where actor_id = $1 and request_id is not null limit 1',
    [actorId],
  );
  return { 'audit-events': event?.id ?? '', requests: event?.request_id ?? '' };
}

/** A stretch that was archived and not removed, a term of one's own, and a hold: rows that the command line makes. */
async function plantArchive({ database }: Product, tenantId: string): Promise<void> {
  await database.query('insert into audit_retention (practice_id, years) values ($1, 7)', [tenantId]);
  await database.query(
    "insert into audit_holds (practice_id, party, since, held_by, reason) values ($1, 'operators', now(), 'operator:wren', 'Case 12')",
    [tenantId],
  );
  await database.query(
    `insert into audit_archives (practice_id, from_seq, to_seq, hash, edge, sha256)
     values ($1, 1, 1, '\\x00', '\\x00', 'of a file')`,
    [tenantId],
  );
}

/** Somebody's turn in a bulk reset that was for nobody: asking for one would take their temporary password away. */
async function plantTurn({ database }: Product, bulkResetId: string, userId: string): Promise<void> {
  await database.query(
    `insert into bulk_reset_rows (practice_id, bulk_reset_id, position, user_id, outcome)
     select practice_id, id, 1, $2, 'skipped' from bulk_resets where id = $1`,
    [bulkResetId, userId],
  );
}

/** How far a sink has come that nobody streams to, and news that nobody has passed on. */
async function plantSink({ database }: Product, tenantId: string): Promise<void> {
  await database.query(
    "insert into audit_sinks (sink, seen_at) values ('a digest', 'infinity') on conflict do nothing",
  );
  await database.query(
    "insert into audit_sink_cursors (practice_id, sink, known) values ($1, 'a digest', 1)",
    [tenantId],
  );
  await database.query('insert into audit_news (practice_id, seq) values ($1, 1) on conflict do nothing', [
    tenantId,
  ]);
}

/** Mail that is still to be sent, and answers stored and given: rows that a running worker would clear away. */
async function leaveWorkUndone(
  product: Product,
  { practiceId, administrator: { headers, userId } }: OpenedPractice,
): Promise<void> {
  const { http } = product;
  await http.patch('/api/v1/practice').set(headers).send({ name: 'Elm' }).expect(200);
  await http
    .put('/api/v1/me/security-question')
    .set(headers)
    .send({ currentPassword: PASSWORD, questionId: 'first-concert', answer: 'Some Band' })
    .expect(204);
  // No worker seals it any more, however long the rest has taken.
  await http.post('/api/v1/sessions').send({ practiceId, username: 'ada', password: 'wrong' }).expect(401);
  await answerQuestion(product, { practiceId, username: 'ada', answer: 'wrong' });
  await product.database.query(
    `insert into delivery_failures (practice_id, delivery_id, user_id, mail, reply)
     select practice_id, id, user_id, 'welcome', 'no such mailbox' from deliveries where user_id = $1 limit 1`,
    [userId],
  );
  await upload(product, headers, fileOf(lineFor('waiting')));
}

/** Tables with a `practice_id`, and whether row-level security is on, and forced on their owner. */
export const tenantTables = ({ database }: Product) =>
  database.query<{ name: string; enabled: boolean; forced: boolean }>(
    `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'practice_id' and not a.attisdropped
     where c.relkind in ('r', 'p') and not c.relispartition and n.nspname = 'public'
     order by c.relname`,
  );

/** A digest per table of everything that belongs to a practice: two of them differ where a row was touched. */
export async function everythingOf(product: Product, tenantId: string): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const { name } of await tenantTables(product)) {
    const [row] = await product.database.query<{ digest: string }>(
      `select count(*) || ' rows, ' || coalesce(md5(string_agg(t::text, E'\\n' order by t::text)), '-') as digest
       from ${name} t where practice_id = $1`,
      [tenantId],
    );
    digests[name] = row?.digest ?? '';
  }
  return digests;
}
