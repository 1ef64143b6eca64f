import { Database, type DatabaseFacts, type ExaminedLogin, examineDatabase } from '#database';
import { MailPulse } from '#mail';
import { AuditKey, KeyRing, useDigestKeys } from '#secrets';
import { type Installation, pending } from '../installation.js';
import { type Finding, fault, ok, warning } from './finding.js';
import { aboutRoots, takeKeyCensus } from './key-census.js';

const OLDEST = 150_000;
const TOLERATED_SECONDS = 2;

/** Server, schema, roles: from the catalogs, whatever state the schema is in. */
export async function checkServer(installation: Installation): Promise<Finding[]> {
  const facts = await examineDatabase(logins(installation));
  const missing = await pending(installation);
  const [first] = missing;
  const migrate = 'Run npm run latchkey -- migrate, with DATABASE_ADMIN_URL set.';
  return [
    aboutVersion(facts),
    aboutClock(facts),
    first
      ? fault('schema', `${missing.length} migrations have not run, first ${first}.`, migrate)
      : ok('schema', 'Every migration has run.'),
    ...(facts.astray.length === 0
      ? [ok('roles', 'Roles and grants are as migrations make them.')]
      : facts.astray.map((astray) =>
          fault('roles', `${astray}.`, 'Undo it by hand if somebody has done it; otherwise migrate.'),
        )),
  ];
}

function logins({ server, config, workerDatabaseUrl, auditorUrl }: Installation): ExaminedLogin[] {
  const api = config.values.DATABASE_URL ?? '';
  return [
    ...(server
      ? [
          { url: api, must: ['latchkey_api'] as const },
          { url: workerDatabaseUrl, must: ['latchkey_worker', 'latchkey_queue'] as const },
        ]
      : [{ url: api, must: ['latchkey_api'] as const, may: ['latchkey_worker', 'latchkey_queue'] as const }]),
    ...(auditorUrl ? [{ url: auditorUrl, must: ['latchkey_auditor'] as const }] : []),
  ];
}

function aboutVersion({ version, versionNumber }: DatabaseFacts): Finding {
  if (versionNumber >= OLDEST) return ok('database', `PostgreSQL ${version} answers.`);
  return fault('database', `PostgreSQL ${version} is too old.`, 'Latchkey needs PostgreSQL 15 or newer.');
}

function aboutClock({ secondsAhead }: DatabaseFacts): Finding {
  const told = `The clock of the database is ${Math.abs(secondsAhead).toFixed(1)} s ${secondsAhead < 0 ? 'behind' : 'before'} this machine's.`;
  if (Math.abs(secondsAhead) <= TOLERATED_SECONDS) return ok('database', told);
  return warning('database', told, 'Have both set their clocks by NTP: logs and the trail will disagree.');
}

/** What needs the schema: what is sealed there, its own clock, and the worker's signs of life. */
export async function checkStored({ config }: Installation): Promise<Finding[]> {
  const url = config.values.DATABASE_URL ?? '';
  const database = await Database.open({ url, role: 'latchkey_api', entities: [], maxConnections: 1 });
  try {
    return await database.outsidePractice(async () => {
      const [sealed] = await database.sql<{ digests: string | null; audit: string | null; offset: number }>(
        `select (select sealed from digest_keys) as digests, (select sealed from audit_key) as audit,
           (select offset_seconds from clock) as "offset"`,
      );
      const { workerAlive } = await new MailPulse(database).read();
      const keys = KeyRing.parse(config.values.LATCHKEY_KEYS ?? '');
      const about = aboutKeys(keys, sealed?.digests ?? null, sealed?.audit ?? null);
      return [
        about,
        ...(about.state === 'ok' ? aboutRoots(keys, await takeKeyCensus(database)) : []),
        ...(config.production && sealed?.offset ? [shifted(sealed.offset)] : []),
        aboutWorker(workerAlive),
      ];
    });
  } finally {
    await database.close();
  }
}

/** Both are sealed anew under each new root by the next start, so they tell whether it is still on the ring. */
function aboutKeys(keys: KeyRing, digests: string | null, audit: string | null): Finding {
  const opens =
    (digests === null || useDigestKeys(keys, digests) !== null) &&
    (audit === null || opensAudit(keys, audit));
  if (opens) return ok('keys', 'LATCHKEY_KEYS opens what the installation has sealed.');
  return fault(
    'keys',
    'LATCHKEY_KEYS does not open what the installation has sealed: no process starts.',
    'Put the root that is missing back, behind the others.',
  );
}

function opensAudit(keys: KeyRing, sealed: string): boolean {
  try {
    return Boolean(AuditKey.open(keys, sealed));
  } catch {
    return false;
  }
}

const shifted = (seconds: number): Finding =>
  fault(
    'database',
    `The installation's clock was moved by ${seconds} s, which is for tests: credentials and sessions end at the wrong time.`,
    'Set clock.offset_seconds to 0 as the owner of the schema.',
  );

function aboutWorker(alive: boolean): Finding {
  if (alive) return ok('worker', 'A worker is at work.');
  return fault(
    'worker',
    'No worker has given a sign of life for two minutes: mail waits.',
    'Run npm run latchkey -- worker (or npm start), and read its log.',
  );
}
