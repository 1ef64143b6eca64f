import * as z from 'zod';
import type { AuditPublicKey } from '#secrets';
import { stateOf } from './anchor.js';
import { checkpointText, originOf, parseCheckpoint, type TreeState } from './checkpoint-text.js';

const AnchorLine = z.object({
  checkpoint: z.string(),
  practices: z.array(z.tuple([z.string(), z.int(), z.base64()])).optional(),
});

/** A line that is no JSON, such as one whose writing broke off: what it said is not known. */
export const UNREADABLE = Symbol('unreadable');

/**
 * What a line kept outside proves of one practice: an anchor's line, or the checkpoint in an older export.
 * Null where it says nothing of it. @throws Error when the line is not what the key has signed.
 */
export function readAnchor(
  line: string,
  key: AuditPublicKey,
  practiceId: string,
): TreeState | typeof UNREADABLE | null {
  const value = parseJson(line);
  if (value === UNREADABLE) return value;
  const parsed = AnchorLine.safeParse(value);
  if (!parsed.success) return null;
  const state = parseCheckpoint(key.open(parsed.data.checkpoint) ?? '');
  if (!state) throw new Error('it is not signed by the given key');
  const origin = originOf(key.name, practiceId);
  if (!parsed.data.practices) return state.origin === origin ? state : null;
  const roots = parsed.data.practices.map(([id, size, root]) => ({
    practiceId: id,
    size,
    root: Buffer.from(root, 'base64'),
  }));
  if (checkpointText(stateOf(key.name, roots)) !== checkpointText(state)) {
    throw new Error('its practices are not those under its signature');
  }
  const own = roots.find((root) => root.practiceId === practiceId);
  return own ? { origin, size: own.size, root: own.root } : null;
}

function parseJson(line: string): unknown {
  if (line.trim() === '') return null;
  try {
    return JSON.parse(line);
  } catch {
    return UNREADABLE;
  }
}
