import type { Database } from '#database';
import type { KeyRing } from '#secrets';
import { type Finding, fault, ok, warning } from './finding.js';

/** How many passwords and answers of the installation are sealed under one root. */
interface KeyCount {
  keyId: string;
  passwords: number;
  answers: number;
}

/** In a unit of work, outside of any practice. */
export async function takeKeyCensus(database: Database): Promise<KeyCount[]> {
  return database.sql<KeyCount & Record<string, unknown>>(
    'select key_id as "keyId", passwords, answers from key_census()',
  );
}

/** Which roots are still needed, and for how much: what tells when an old one may go. */
export function aboutRoots(keys: KeyRing, census: readonly KeyCount[]): Finding[] {
  const others = census.filter(({ keyId }) => keyId !== keys.currentId);
  if (others.length === 0) {
    return [ok('keys', `No password and no answer is sealed under another root than ${keys.currentId}.`)];
  }
  return others.map(({ keyId, passwords, answers }) => {
    const told = `Passwords sealed under ${keyId}: ${passwords}; answers: ${answers}`;
    if (!keys.has(keyId)) {
      const next = `Put ${keyId} back, behind the others; without it, an administrator must reset them.`;
      return fault('keys', `${told}. It is not in LATCHKEY_KEYS: nothing opens them.`, next);
    }
    const next = `Keep ${keyId} in LATCHKEY_KEYS for now: each is sealed under ${keys.currentId} when its owner signs in.`;
    return warning('keys', `${told}.`, next);
  });
}
