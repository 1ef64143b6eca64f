import { openText, sealedKeyId, sealText } from './envelope.js';
import { DIGEST_PURPOSES, type KeyRing } from './key-ring.js';

const CONTEXT = ['digest-keys'];

/**
 * The keys that digests are made with, sealed under the current root so that they can be kept. The first
 * ones are the current root's own: digests that an installation has made before stay what they are.
 */
export function sealDigestKeys(keys: KeyRing): string {
  const entries = DIGEST_PURPOSES.map((purpose) => [purpose, keys.digestKey(purpose).toString('base64')]);
  return sealText(keys, 'kept-keys', CONTEXT, JSON.stringify(Object.fromEntries(entries)));
}

/** Makes the ring use kept keys. Says whether they must be sealed again before their root retires; null if nothing opens them. */
export function useDigestKeys(keys: KeyRing, sealed: string): 'current' | 'seal again' | null {
  const text = openText(keys, 'kept-keys', CONTEXT, sealed);
  if (text === null) return null;
  const kept = JSON.parse(text) as Record<string, string>;
  keys.keep(
    new Map(
      DIGEST_PURPOSES.flatMap((purpose) => {
        const key = kept[purpose];
        return key === undefined ? [] : [[purpose, Buffer.from(key, 'base64')] as const];
      }),
    ),
  );
  const complete = DIGEST_PURPOSES.every((purpose) => kept[purpose] !== undefined);
  return complete && sealedKeyId(sealed) === keys.currentId ? 'current' : 'seal again';
}
