/** A step that failed twice goes on one by one, so that a row that cannot be done holds up no other … */
export const CAREFUL_FROM = 3;
/** … and is given up after a minute or so of trying. */
const GIVE_UP_AT = 9;

/** What a step takes on. */
export interface Portion<Row> {
  rows: Row[];
  giveUp: boolean;
  /** The chunk goes on after this, and so does the care. */
  careful: boolean;
}

/**
 * Of what is still to do: a chunk, or where that has failed, its rows one by one to its end. The chunks lie where
 * they are, or after each good row before a bad one the rest of them would have to fail twice again.
 */
export function portionOf<Row>(
  pending: readonly Row[],
  attempt: number,
  chunkOf: (row: Row) => number,
): Portion<Row> {
  const [first] = pending;
  const chunk = first === undefined ? [] : pending.filter((row) => chunkOf(row) === chunkOf(first));
  if (attempt < CAREFUL_FROM) return { rows: chunk, giveUp: false, careful: false };
  return { rows: chunk.slice(0, 1), giveUp: attempt >= GIVE_UP_AT, careful: chunk.length > 1 };
}
