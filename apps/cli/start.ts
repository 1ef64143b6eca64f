import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Config, loadConfig } from '#runtime';
import { bringUpToDate, type Installation, openInstallation, pending } from './installation.js';
import { ensureSample } from './sample.js';
import { Supervisor } from './supervisor.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const scriptOf = (name: string): string => fileURLToPath(new URL(`../${name}/main.js`, import.meta.url));

/** `npm start`: everything that is not configured is brought along; one dies, all stop with its status. */
export async function start(): Promise<void> {
  const config = await withFreePort(loadConfig());
  const supervisor = new Supervisor(say);
  let installation: Installation | undefined;
  try {
    installation = await openInstallation(config, { exclusive: config.values.ROLES.length === 2 });
    for (const step of [ensureSchema, ensureSample]) {
      supervisor.mustRun();
      await step(installation, say);
    }
    await startChildren(supervisor, installation);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    await supervisor.stop();
    await installation?.server?.stop(1);
    process.exit((await supervisor.ended) || 1);
  }
  const status = await supervisor.ended;
  await installation.server?.stop(1);
  process.exit(status);
}

async function ensureSchema(installation: Installation): Promise<void> {
  const missing = await pending(installation);
  if (missing.length === 0) return;
  if (installation.adminUrl) return bringUpToDate(installation);
  throw new Error(
    `The database lacks ${missing.length} migration(s), first ${missing[0]}: run npm run latchkey -- migrate with DATABASE_ADMIN_URL set`,
  );
}

async function startChildren(supervisor: Supervisor, installation: Installation): Promise<void> {
  const { config, workerDatabaseUrl } = installation;
  const roles = config.values.ROLES;
  const startWorker = (smtpUrl: unknown) => {
    const env = childEnvironment(config, workerDatabaseUrl);
    if (typeof smtpUrl === 'string') env['SMTP_URL'] = smtpUrl;
    return supervisor.start({ name: 'worker', script: scriptOf('worker'), env });
  };
  if (!roles.includes('api')) await startWorker(undefined);
  else {
    const mail = Promise.withResolvers<unknown>();
    const env = childEnvironment(config, config.values.DATABASE_URL);
    const onMessage = ({ smtpUrl }: Record<string, unknown>) => mail.resolve(smtpUrl);
    const api = supervisor.start({ name: 'api', script: scriptOf('api'), env, onMessage });
    await Promise.all([api, roles.includes('worker') && mail.promise.then(startWorker)]);
  }
  process.stdout.write(roles.includes('api') ? `ready ${config.publicUrl}/\n` : 'ready worker\n');
}

/** What a child may know: neither the administrator of the database nor an operator, and files already read. */
function childEnvironment(config: Config, databaseUrl: string | undefined): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of Object.keys(env)) {
    if (/^(?:DATABASE_ADMIN_URL|DATABASE_AUDITOR_URL|LATCHKEY_OPERATOR_TOKEN)/.test(name)) delete env[name];
  }
  for (const name of ['DATABASE_URL', 'LATCHKEY_KEYS', 'PORT']) delete env[`${name}_FILE`];
  return {
    ...env,
    DATABASE_URL: databaseUrl,
    LATCHKEY_KEYS: config.values.LATCHKEY_KEYS,
    PORT: String(config.values.PORT),
  };
}

/** Says at once that a port is taken, and turns port 0 into the one that links will name. */
async function withFreePort(config: Config): Promise<Config> {
  const { PORT, HOST, ROLES } = config.values;
  if (!ROLES.includes('api')) return config;
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `PORT ${PORT} is taken on ${HOST}: stop what listens there, or set PORT to another`;
      reject(
        new Error(
          error.code === 'EADDRINUSE' ? taken : `HOST ${HOST} or PORT ${PORT} cannot be used: ${error.code}`,
        ),
      );
    });
    probe.listen(PORT, HOST, () => resolve((probe.address() as { port: number }).port));
  });
  await new Promise((resolve) => probe.close(resolve));
  return config.with({ PORT: port });
}
