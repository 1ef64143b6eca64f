import { type Canonical, canonicalJson } from '#runtime';

/** The value of a line; undefined unless it is canonical JSON and a newline: one value has one text. */
export function parseLine(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    const value = JSON.parse(text) as Canonical;
    return `${canonicalJson(value)}\n` === text ? value : undefined;
  } catch {
    return undefined;
  }
}
