import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { bootstrap, EmbeddedPostgres, type Login, migrate, pendingMigrations } from '#database';
import { migrateQueue } from '#delivery';
import { type Config, ConfigError } from '#runtime';
import { KeyRing } from '#secrets';
import { MIGRATIONS } from '../../migrations/index.js';
import { shell } from './shell.js';

/** Logins on the embedded server: each process has its own, with the narrow roles it needs and no more. */
const API_LOGIN = 'latchkey_api_login';
const WORKER_LOGIN = 'latchkey_worker_login';
const AUDITOR_LOGIN = 'latchkey_auditor_login';

/** What this installation consists of, once it is known where everything is. */
export interface Installation {
  /** Has `DATABASE_URL` (the API's login) and `LATCHKEY_KEYS`. */
  config: Config;
  workerDatabaseUrl: string;
  adminUrl: string | undefined;
  /** The login of the platform's auditor; API and worker never learn it. */
  auditorUrl: string | undefined;
  /** Null where the database is somebody else's. */
  server: EmbeddedPostgres | null;
}

/**
 * Finds the installation that the environment describes: the configured database, or the embedded one
 * under `DATA_DIR`, which is started when it does not run yet (and is left running by `exclusive: false`
 * when a starter owns it).
 */
export async function openInstallation(
  config: Config,
  { exclusive }: { exclusive: boolean },
): Promise<Installation> {
  const keyed = config.with({ LATCHKEY_KEYS: checkedKeys(config) ?? generatedKeys(config) });
  const { DATABASE_URL, DATABASE_ADMIN_URL, DATABASE_AUDITOR_URL } = config.values;
  if (DATABASE_URL) {
    return {
      config: keyed,
      workerDatabaseUrl: DATABASE_URL,
      adminUrl: DATABASE_ADMIN_URL,
      auditorUrl: DATABASE_AUDITOR_URL,
      server: null,
    };
  }
  const { stderr } = shell();
  const server = await EmbeddedPostgres.open({
    dataDir: resolve(config.values.DATA_DIR),
    exclusive,
    log: (line) => stderr.write(`${line}\n`),
  });
  return {
    config: keyed.with({ DATABASE_URL: server.loginUrl(API_LOGIN) }),
    workerDatabaseUrl: server.loginUrl(WORKER_LOGIN),
    adminUrl: server.adminUrl(),
    auditorUrl: server.loginUrl(AUDITOR_LOGIN),
    server,
  };
}

/** Names of the migrations that the installation's database lacks. */
export function pending({ config, adminUrl }: Installation): Promise<string[]> {
  const url = adminUrl ?? config.values.DATABASE_URL ?? '';
  return pendingMigrations(url, adminUrl ? 'latchkey_owner' : 'latchkey_api', MIGRATIONS);
}

/** Creates roles and logins and runs what migrations are missing. @throws Error without an admin URL. */
export async function bringUpToDate(installation: Installation): Promise<void> {
  const { adminUrl } = installation;
  if (!adminUrl) {
    throw new Error(
      'DATABASE_ADMIN_URL must be set to migrate: a login that may create roles and owns the database',
    );
  }
  await bootstrap(adminUrl, logins(installation));
  await migrate(adminUrl, MIGRATIONS, migrateQueue);
}

function logins({ server, config, auditorUrl }: Installation): Login[] {
  if (server) {
    return [
      { name: API_LOGIN, password: server.passwordFor(API_LOGIN), roles: ['latchkey_api'] },
      {
        name: WORKER_LOGIN,
        password: server.passwordFor(WORKER_LOGIN),
        roles: ['latchkey_worker', 'latchkey_queue'],
      },
      { name: AUDITOR_LOGIN, password: server.passwordFor(AUDITOR_LOGIN), roles: ['latchkey_auditor'] },
    ];
  }
  const running = ['latchkey_api', 'latchkey_worker', 'latchkey_queue'] as const;
  return [
    loginOf(config.values.DATABASE_URL ?? '', running),
    ...(auditorUrl ? [loginOf(auditorUrl, ['latchkey_auditor'])] : []),
  ];
}

function loginOf(url: string, roles: Login['roles']): Login {
  const { username, password } = new URL(url);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password), roles };
}

/** The configured keys. @throws ConfigError, since only `#secrets` knows the rules. */
function checkedKeys({ values: { LATCHKEY_KEYS } }: Config): string | undefined {
  try {
    if (LATCHKEY_KEYS !== undefined) KeyRing.parse(LATCHKEY_KEYS);
    return LATCHKEY_KEYS;
  } catch (error) {
    throw new ConfigError(`LATCHKEY_KEYS must be id:base64 roots: ${(error as Error).message}`);
  }
}

/** Where root keys are kept that no `LATCHKEY_KEYS` names. */
export const keysFile = ({ values: { DATA_DIR } }: Config): string => join(resolve(DATA_DIR), 'keys');

/** Root keys, made once and readable by this user alone. */
function generatedKeys(config: Config): string {
  const file = keysFile(config);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, KeyRing.generate(), { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8').trim();
}
