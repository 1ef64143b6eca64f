/** A tree's state, as c2sp.org/tlog-checkpoint writes it: whose tree, how many leaves, which root. */
export interface TreeState {
  origin: string;
  size: number;
  root: Buffer;
}

/** Whose tree a practice's checkpoint speaks of. The installation's name comes from its public key. */
export const originOf = (installation: string, practiceId: string): string => `${installation}/${practiceId}`;

/** Three lines. */
export function checkpointText({ origin, size, root }: TreeState): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Null for whatever is not exactly the three lines that `checkpointText` writes. */
export function parseCheckpoint(text: string): TreeState | null {
  const [origin = '', size = '', root = ''] = text.split('\n');
  const state = { origin, size: Number(size), root: Buffer.from(root, 'base64') };
  const exact =
    Number.isSafeInteger(state.size) && state.root.length === 32 && checkpointText(state) === text;
  return exact && origin !== '' ? state : null;
}
