import { type Config, ConfigError, loadConfig } from '#runtime';
import { type Installation, openInstallation } from '../installation.js';
import { shell } from '../shell.js';
import { checkServer, checkStored } from './database-checks.js';
import { CHECKS, type Finding, fault, ok, wordsOf } from './finding.js';
import {
  checkAnchors,
  checkDatabaseThere,
  checkDisk,
  checkKeysThere,
  checkPublicUrl,
} from './machine-checks.js';
import { checkMail, checkQueue } from './server-checks.js';

/**
 * Says how the installation stands, a line for each thing, and what to do next. Looks only, and reads nothing of
 * any practice; so it asks for no operator's token. Status 1 when there is a fault.
 */
export async function doctor({ json }: { json?: boolean }): Promise<void> {
  const order = Object.keys(CHECKS);
  const findings = (await examine()).toSorted((a, b) => order.indexOf(a.check) - order.indexOf(b.check));
  const healthy = findings.every(({ state }) => state !== 'fault');
  const text = json ? JSON.stringify({ healthy, findings }) : findings.map(inWords).join('\n');
  shell().stdout.write(`${text}\n`);
  if (!healthy) shell().status = 1;
}

async function examine(): Promise<Finding[]> {
  const config = readConfig();
  if (!('values' in config)) return [config];
  const here = [
    ok('configuration', 'Every variable follows its rule.'),
    ...checkPublicUrl(config),
    ...(await checkAnchors(config)),
  ];
  const lacking = [...checkKeysThere(config), ...checkDatabaseThere(config)];
  if (lacking.length > 0) return [...here, ...lacking];
  return [...here, ...(await checkDisk(config)), ...(await examineServers(config))];
}

function readConfig(): Config | Finding {
  try {
    return loadConfig(shell().env);
  } catch (error) {
    if (error instanceof ConfigError) return wronglyConfigured(error);
    throw error;
  }
}

async function examineServers(config: Config): Promise<Finding[]> {
  let installation: Installation;
  try {
    installation = await openInstallation(config, { exclusive: false });
  } catch (error) {
    if (error instanceof ConfigError) return [wronglyConfigured(error)];
    return [fault('database', `The embedded PostgreSQL does not run: ${wordsOf(error)}.`, 'Read its log.')];
  }
  try {
    const outside = [() => checkQueue(installation), () => checkMail(installation)];
    const [database, ...others] = await Promise.all([
      examineDatabaseOf(installation),
      ...outside.map((check) => check()),
    ]);
    return [...database, ...others.flat()];
  } finally {
    await installation.server?.stop();
  }
}

/** One after the other: without a server there is no schema, and without a schema nothing is stored. */
async function examineDatabaseOf(installation: Installation): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const check of [checkServer, checkStored]) {
    try {
      findings.push(...(await check(installation)));
    } catch (error) {
      const next = 'Check DATABASE_URL: host, port, user, password, and that the login may connect.';
      return [...findings, fault('database', `The database cannot be asked: ${wordsOf(error)}.`, next)];
    }
    if (findings.some(({ check, state }) => check === 'schema' && state === 'fault')) return findings;
  }
  return findings;
}

const wronglyConfigured = ({ message }: ConfigError): Finding =>
  fault('configuration', message, 'docs/configuration.md describes each variable.');

const inWords = ({ check, state, detail, next }: Finding): string =>
  `${state.padEnd(7)}  ${check.padEnd(13)}  ${detail}${next ? ` ${next}` : ''}`;
