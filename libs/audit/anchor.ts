import { canonicalJson } from '#runtime';
import type { AuditKey } from '#secrets';
import { checkpointText, originOf, type TreeState } from './checkpoint-text.js';
import { MerkleTree } from './merkle.js';

const FORMAT = 'latchkey-anchor/1';

/** How far one practice is signed. */
export interface SignedRoot {
  practiceId: string;
  size: number;
  root: Buffer;
}

/** The practices as one tree, by their ids: its leaves are the texts of their checkpoints. */
export function stateOf(installation: string, roots: readonly SignedRoot[]): TreeState {
  const tree = new MerkleTree();
  for (const { practiceId, size, root } of roots) {
    tree.add(checkpointText({ origin: originOf(installation, practiceId), size, root }));
  }
  return { origin: installation, size: tree.size, root: tree.root };
}

/** One line that is to leave the house: every practice's root, under the installation's signed one. */
export function anchorLine(key: AuditKey, at: Date, roots: readonly SignedRoot[]): string {
  return canonicalJson({
    format: FORMAT,
    at: at.toISOString(),
    practices: roots.map(({ practiceId, size, root }) => [practiceId, size, root.toString('base64')]),
    checkpoint: key.sign(checkpointText(stateOf(key.public.name, roots))),
  });
}
