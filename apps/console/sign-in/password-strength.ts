const SHORTEST = 15;
const LONGEST = 128;
const SHORTEST_NAME = 4;
const PRODUCT = 'latchkey';

/** The rules that can be checked while somebody types; the API also knows the common passwords. */
export type Rule = 'length' | 'names' | 'repetition';

export interface Strength {
  /** 0 to 3: not acceptable yet, acceptable, good, strong. */
  level: 0 | 1 | 2 | 3;
  broken: Rule[];
  length: number;
}

/** Judges a password as it is typed. Counts code points, as the API does (NIST SP 800-63B §3.1.1.2). */
export function strengthOf(password: string, names: readonly string[]): Strength {
  const symbols = Array.from(password.normalize('NFKC'));
  const folded = password.normalize('NFKC').toLowerCase();
  const bare = folded.replaceAll(/[\s._-]/g, '');
  const broken: Rule[] = [];
  if (symbols.length < SHORTEST || symbols.length > LONGEST) broken.push('length');
  if (wordsOf(names).some((word) => folded.includes(word) || bare.includes(word))) broken.push('names');
  if (/^(.{1,4}?)\1+$/su.test(folded)) broken.push('repetition');
  return { level: broken.length > 0 ? 0 : levelOf(symbols), broken, length: symbols.length };
}

/** Length carries a passphrase; variety carries what is short. */
function levelOf(symbols: readonly string[]): 1 | 2 | 3 {
  const variety = new Set(symbols).size;
  if (symbols.length >= 20 && variety >= 10) return 3;
  return variety >= 9 ? 2 : 1;
}

function wordsOf(names: readonly string[]): string[] {
  const words = names.flatMap((name) => {
    const folded = name.normalize('NFKC').toLowerCase();
    return [folded.replaceAll(/[\s._-]/g, ''), ...folded.split(/[^\p{L}\p{N}]+/u)];
  });
  return [PRODUCT, ...words].filter((word) => Array.from(word).length >= SHORTEST_NAME);
}
