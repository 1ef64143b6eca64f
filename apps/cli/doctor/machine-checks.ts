import { constants, existsSync } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '#runtime';
import { keysFile } from '../installation.js';
import { type Finding, fault, ok, warning, wordsOf } from './finding.js';

const LITTLE_BYTES = 2 * 1024 ** 3;
const TOO_LITTLE_BYTES = 256 * 1024 ** 2;
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** What goes into mails and cookies. */
export function checkPublicUrl({ production, publicUrl }: Config): Finding[] {
  if (!production) return [ok('configuration', `Links lead to ${publicUrl}.`)];
  const { protocol, hostname } = new URL(publicUrl);
  const next = 'Set PUBLIC_URL to the https:// address that people type.';
  if (protocol !== 'https:') {
    return [fault('configuration', `PUBLIC_URL is not https: cookies go without Secure.`, next)];
  }
  if (LOOPBACK.test(hostname)) {
    return [fault('configuration', 'PUBLIC_URL leads to this machine only: so do all links in mails.', next)];
  }
  return [ok('configuration', `Links lead to ${publicUrl}.`)];
}

/** Looked for before anything is opened: a lost file must not be replaced by a new one. */
export function checkKeysThere(config: Config): Finding[] {
  const file = keysFile(config);
  if (config.values.LATCHKEY_KEYS !== undefined || existsSync(file)) return [];
  const next = `Put the file back from where you keep a copy, or set LATCHKEY_KEYS; for a new installation: npm start.`;
  return [fault('keys', `LATCHKEY_KEYS is not set, and ${file} is not there.`, next)];
}

/** The embedded database is only looked at where there is one: looking must not make it. */
export function checkDatabaseThere({ values: { DATABASE_URL, DATA_DIR } }: Config): Finding[] {
  const folder = resolve(DATA_DIR);
  const there = ['postgres', 'postgres.location'].some((name) => existsSync(join(folder, name)));
  if (DATABASE_URL !== undefined || there) return [];
  return [
    fault('database', `There is no installation in ${folder}.`, 'Set DATA_DIR, or npm start to make one.'),
  ];
}

export async function checkDisk({ values: { DATABASE_URL, DATA_DIR } }: Config): Promise<Finding[]> {
  // With a database elsewhere nothing grows here.
  if (DATABASE_URL !== undefined) return [];
  const { bavail, bsize } = await statfs(resolve(DATA_DIR));
  const free = bavail * bsize;
  const told = `${(free / 1024 ** 3).toFixed(1)} GiB are free under ${DATA_DIR}.`;
  const next = 'Make room: a database that cannot write takes nothing on.';
  if (free < TOO_LITTLE_BYTES) return [fault('disk', told, next)];
  return [free < LITTLE_BYTES ? warning('disk', told, next) : ok('disk', told)];
}

/** Whether the places of `AUDIT_ANCHORS` would take an anchor, as far as that is known without sending one. */
export async function checkAnchors({ production, values }: Config): Promise<Finding[]> {
  const places = values.AUDIT_ANCHORS;
  if (places.length > 0) return Promise.all(places.map(checkAnchor));
  if (!production)
    return [ok('anchors', 'AUDIT_ANCHORS is not set: nothing is anchored outside production.')];
  return [
    warning(
      'anchors',
      'Nothing is anchored outside: a trail that was cut or restored from yesterday looks intact.',
      'Set AUDIT_ANCHORS (docs/operations.md, The audit trail).',
    ),
  ];
}

async function checkAnchor(place: string): Promise<Finding> {
  // The address may hold a token.
  if (!place.startsWith('file:')) {
    return ok(
      'anchors',
      `${new URL(place).host} is sent an anchor every hour; a refusal is in the worker's log.`,
    );
  }
  const file = fileURLToPath(place);
  try {
    await access(existsSync(file) ? file : dirname(file), constants.W_OK);
    return ok('anchors', `${file} can be written.`);
  } catch (error) {
    const next = 'Mount the volume, or give the user of the worker the right to write there.';
    return fault('anchors', `${file} cannot be written: ${wordsOf(error)}.`, next);
  }
}
