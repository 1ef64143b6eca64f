/** A `Date` header counts whole seconds and has been on its way: less than this is no difference. */
const SAME_MILLISECONDS = 2_000;

let ahead = 0;

/** Learns from an answer's `Date` header how far the server's clock is ahead of this device's. */
export function noteServerTime(date: string | null): void {
  const told = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(told)) return;
  const found = told - Date.now();
  if (Math.abs(found - ahead) > SAME_MILLISECONDS) ahead = Math.abs(found) > SAME_MILLISECONDS ? found : 0;
}

/** The present by the server's clock: what it says will end then ends then, whatever this device shows. */
export const serverNow = (): number => Date.now() + ahead;
