import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { credentialIn } from '../support/mail.js';
import { type Installation, startInstallation, useInstallationFolder } from '../support/processes.js';
import {
  askForReset,
  person,
  readSample,
  type SamplePractice,
  signedIn,
  trySignIn,
} from '../support/sample-practice.js';
import { openSmtpSink, type SmtpSink } from '../support/smtp-sink.js';

const OPENER_PASSWORD = 'seventeen grey herons';
const OPENER_ANSWER = 'Mill Lane By The Weir';
const OWN_PASSWORD = 'an attic full of kites';
const OWN_ANSWER = 'Doctor Pemberton-Oakes';
const WRONG_PASSWORD = 'twelve wrong umbrellas';
const WRONG_ANSWER = 'Nowhere Crescent 404';
const TYPED = [OPENER_PASSWORD, OPENER_ANSWER, OWN_PASSWORD, OWN_ANSWER, WRONG_PASSWORD, WRONG_ANSWER];

const folder = useInstallationFolder();
let smtp: SmtpSink;
let running: Installation;
let sample: SamplePractice;
/** Everything that must be found nowhere. */
const secrets = new Set<string>(TYPED);

beforeAll(async () => {
  smtp = await openSmtpSink();
  running = await startInstallation({ DATA_DIR: folder.dataDir, SMTP_URL: smtp.url, LOG_LEVEL: 'trace' });
  sample = readSample(folder.dataDir);
});
afterAll(() => smtp.stop());

async function issuedTo(email: string, template: string): Promise<string> {
  const credential = credentialIn(await smtp.nth(email, template));
  secrets.add(credential);
  return credential;
}

async function setOwnPassword(practiceId: string, username: string, credential: string): Promise<void> {
  const headers = await signedIn(running.http, practiceId, username, credential);
  const own = { newPassword: OWN_PASSWORD, securityQuestionId: 'first-teacher', securityAnswer: OWN_ANSWER };
  const body = { currentPassword: credential, ...own };
  await running.http.put('/api/v1/me/password').set(headers).send(body).expect(204);
  await signedIn(running.http, practiceId, username, OWN_PASSWORD);
}

/** Each secret as a person, a hasher or an encoder would write it down. */
function forms(secret: string): Buffer[] {
  const plain = secret.replaceAll('-', '');
  const words = [secret, plain, secret.toLowerCase(), plain.toLowerCase(), secret.toUpperCase()];
  const encoded = [secret, plain].flatMap((text) => [
    Buffer.from(text).toString('base64').replace(/=+$/, ''),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
    Buffer.from(text, 'utf16le').toString('latin1'),
  ]);
  return [...new Set([...words, ...encoded])].map((text) => Buffer.from(text, 'latin1'));
}

function* filesBelow(path: string): Generator<string> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isFile()) yield path;
  if (found?.isDirectory()) for (const name of readdirSync(path)) yield* filesBelow(join(path, name));
}

/** Where any of the needles is: files of the data directory and the cluster, and what was printed. */
async function findings(needles: readonly Buffer[]): Promise<string[]> {
  const found = new Set<string>();
  const look = (where: string, content: Buffer) => {
    if (needles.some((needle) => content.includes(needle))) found.add(where);
  };
  let bytes = 0;
  for (const root of new Set([folder.dataDir, await folder.cluster()])) {
    for (const file of filesBelow(root)) {
      // The server removes and renames files while we look.
      const content = ignoringMissing(() => readFileSync(file));
      if (content) look(file, content);
      bytes += content?.length ?? 0;
    }
  }
  expect(bytes).toBeGreaterThan(30_000_000);
  look('stdout', Buffer.from(running.text.stdout));
  look('stderr', Buffer.from(running.text.stderr));
  return [...found];
}

function ignoringMissing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const everyForm = () => [...secrets].flatMap(forms);

async function asOwner(...statements: string[]): Promise<void> {
  const visitor = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const client = new Client({ connectionString: visitor.adminUrl() });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
  await visitor.stop();
}

describe('after walks that issued and typed every kind of secret', () => {
  it('walks', async () => {
    const { http } = running;
    const opener = {
      username: 'ada',
      displayName: 'Ada',
      email: 'ada@elm.example',
      password: OPENER_PASSWORD,
    };
    const question = { securityQuestionId: 'first-street', securityAnswer: OPENER_ANSWER };
    await http
      .post('/api/v1/practices')
      .send({ name: 'Elm Dental', administrator: { ...opener, ...question } })
      .expect(202);
    const opened = await smtp.nth(opener.email, 'practice-welcome');
    const practiceId = /Practice ID: (\S+)/.exec(opened.text)?.[1] ?? '';
    const ada = await signedIn(http, practiceId, 'ada', OPENER_PASSWORD);

    const bea = { username: 'bea', displayName: 'Bea', email: 'bea@elm.example', roles: ['staff'] };
    const { body: added } = await http.post('/api/v1/users').set(ada).send(bea).expect(201);
    await setOwnPassword(practiceId, 'bea', await issuedTo(bea.email, 'member-welcome'));

    // From here on the credential also goes through the thread that the practice's own wording runs in.
    const text = 'Ours.\n\nTemporary password:\n{{credential}}';
    const ours = { subject: 'Ours', html: '<p>{{credential}}</p>', text, locale: 'en' };
    await http.put('/api/v1/templates/temporary-credential').set(ada).send(ours).expect(200);

    await trySignIn(http, practiceId, 'bea', WRONG_PASSWORD).expect(401);
    await askForReset(http, practiceId, 'bea', WRONG_ANSWER);
    await askForReset(http, practiceId, 'bea', OWN_ANSWER);
    const selfService = await issuedTo(bea.email, 'temporary-credential');
    await http.post(`/api/v1/users/${added.id}/password-reset`).set(ada).send({}).expect(202);
    const mail = await smtp.nth(bea.email, 'temporary-credential', 2);
    expect(mail.text).toMatch(/^Ours\./);
    secrets.add(credentialIn(mail));
    expect(credentialIn(mail)).not.toBe(selfService);
    await trySignIn(http, practiceId, 'bea', selfService).expect(401);
    await signedIn(http, practiceId, 'bea', credentialIn(mail));

    // Typed where it does not belong: a body that is refused is not written down either.
    await http
      .post('/api/v1/sessions')
      .send({ practiceId, username: 'bea', passwort: OWN_PASSWORD })
      .expect(422);
    await http
      .post('/api/v1/sessions')
      .set('content-type', 'application/json')
      .send(`{"${OWN_PASSWORD}`)
      .expect(400);
    await askForReset(http, sample.practiceId, 'kim', sample.securityAnswer);
    await issuedTo(person(sample, 'kim').email, 'temporary-credential');
    expect(secrets.size).toBe(TYPED.length + 4);
  });

  it('finds none of them while everything runs, also after a checkpoint', async () => {
    expect(running.text.stderr).toContain('"level":30');
    expect(await findings(everyForm())).toEqual([]);
    await asOwner('checkpoint');
    expect(await findings(everyForm())).toEqual([]);
  });

  it('would find one in a table, in the write-ahead log, in a file, and on stderr', async () => {
    const canary = ['ca', 'nary', 'QX7ZK', 'M2P9R'].join('-');
    await asOwner(
      'create table planted (word text)',
      `insert into planted values ('${canary}')`,
      'checkpoint',
    );
    writeFileSync(join(folder.dataDir, 'planted'), canary);
    const found = await findings(forms(canary));
    expect(found.some((file) => file.includes('/pg_wal/'))).toBe(true);
    expect(found.some((file) => file.includes('/base/'))).toBe(true);
    expect(found).toContain(join(folder.dataDir, 'planted'));
    // The sample's passwords are printed once, for the person at the terminal, and kept in its file only.
    const printed = await findings(forms(person(sample, 'kim').password));
    expect(printed.toSorted()).toEqual([join(folder.dataDir, 'sample.json'), 'stderr'].toSorted());
  });

  it('finds none of them after it has stopped', async () => {
    running.signal('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 0 });
    expect(await findings(everyForm())).toEqual([]);
  });
});
