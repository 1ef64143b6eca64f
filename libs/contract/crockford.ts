/** Crockford's 32 symbols: no I, L, O or U, so that what is read aloud or copied by hand arrives. */
export const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The symbols that somebody meant by what they typed: case, spaces, hyphens and look-alikes (I, L for 1; O
 * for 0) are forgiven. Null for anything but exactly `count` symbols.
 */
export function readCrockford(typed: string, count: number): string | null {
  // Far above any way of spacing them: what is longer is not looked at.
  if (typed.length > count * 10) return null;
  const text = typed
    .normalize('NFKC')
    .replace(/[\s\p{Pd}\p{Cf}]/gu, '')
    .toUpperCase()
    .replace(/[IL]/g, '1')
    .replaceAll('O', '0');
  return text.length === count && /^[0-9A-HJKMNP-TV-Z]+$/.test(text) ? text : null;
}
