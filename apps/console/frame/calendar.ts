/** Outside of these nothing can have happened: such a day is mistyped, or not typed to its end. */
const FIRST_YEAR = 2000;
const LAST_YEAR = 2199;

/** Whether this is a calendar day that a list can be narrowed to, `2026-11-23`; there is no 31 February. */
export function isDay(text: string): boolean {
  const [year] = /^\d{4}(?=-\d{2}-\d{2}$)/.exec(text) ?? [];
  if (!year || Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return false;
  const instant = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(text);
}

/** When a calendar day begins in a zone, as an instant; `2026-11-23` in Europe/Madrid is 2026-11-22T23:00Z. */
export function startOfDay(day: string, timeZone: string): string {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // Twice: the first guess may fall on the other side of a clock change.
  let instant = wanted - offsetAt(wanted, timeZone);
  instant = wanted - offsetAt(instant, timeZone);
  return new Date(instant).toISOString();
}

/** The last millisecond of a calendar day in a zone. */
export function endOfDay(day: string, timeZone: string): string {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return new Date(Date.parse(startOfDay(next, timeZone)) - 1).toISOString();
}

/** What the clocks of a zone show more than UTC, in milliseconds. */
function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(new Date(instant));
  const part = (type: string) => Number(parts.find((found) => found.type === type)?.value);
  const shown = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shown - Math.floor(instant / 1000) * 1000;
}
