import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyRing } from '#secrets';

const ROOT = join(import.meta.dirname, '../../..');
const TIMES = 200;

/** What one process seals, from its first breath on: the same text with the same keys, many times. */
function sealedByFreshProcess(keys: string): string[] {
  const program = `
    import { KeyRing, sealJson } from '${join(ROOT, 'dist/libs/secrets/index.js')}';
    const keys = KeyRing.parse(process.env.KEYS);
    for (let times = 0; times < ${TIMES}; times += 1) console.log(sealJson(keys, 'cursor', { same: true }));`;
  const options = { env: { PATH: process.env['PATH'], KEYS: keys }, encoding: 'utf8' as const };
  return execFileSync(process.execPath, ['--input-type=module', '--eval', program], options)
    .trim()
    .split('\n');
}

/** The 96 bits that AES-GCM must never see twice under one key; they follow the name of the root. */
const nonceOf = (sealed: string): string =>
  Buffer.from(sealed.slice(sealed.indexOf('.') + 1), 'base64url').toString('hex', 0, 12);

describe('Krill CVE-2026-109140: no nonce comes twice, in one process or after a restart', () => {
  const keys = KeyRing.generate();
  const lives = [sealedByFreshProcess(keys), sealedByFreshProcess(keys)];

  it('each is drawn anew: two lives of a process with the same keys share none', () => {
    const nonces = lives.flat().map(nonceOf);
    expect(nonces).toHaveLength(2 * TIMES);
    expect(new Set(nonces).size).toBe(2 * TIMES);
  });

  it('and none counts: not from the same start, not by small steps', () => {
    const [first, second] = lives.map((sealed) => sealed.map(nonceOf));
    for (const prefix of [8, 6, 4].map((bytes) => 2 * bytes)) {
      expect(new Set(first?.map((nonce) => nonce.slice(0, prefix))).size).toBeGreaterThan(TIMES - 3);
      expect(new Set(first?.map((nonce) => nonce.slice(-prefix))).size).toBeGreaterThan(TIMES - 3);
    }
    expect(first?.[0]?.slice(0, 8)).not.toBe(second?.[0]?.slice(0, 8));
  });
});
