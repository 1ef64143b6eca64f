/**
 * Pieces of a trail after one entry, up to another, as `read` gives them from wherever the last one ended.
 * The next one is read while somebody is at work on the last.
 */
export async function* inPieces<Row extends { seq: number }>(
  after: number,
  upTo: number,
  read: (after: number) => Promise<Row[]>,
): AsyncGenerator<Row[]> {
  const readOn = (from: number): Promise<Row[]> => (from >= upTo ? Promise.resolve([]) : read(from));
  let next = readOn(after);
  try {
    for (let rows = await next; rows.length > 0; rows = await next) {
      next = readOn(rows.at(-1)?.seq ?? upTo);
      // Whoever asks for the next piece learns of its failure; nobody may ask for it any more.
      next.catch(() => undefined);
      yield rows;
    }
  } finally {
    await next.catch(() => undefined);
  }
}
