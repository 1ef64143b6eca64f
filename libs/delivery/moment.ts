const formats = new Map<string, Intl.DateTimeFormat>();

/** A moment as a person of the practice reads it: `Tuesday, 24 November 2026, 09:14 (Europe/Madrid)`. */
export function sayMoment(at: Date, timeZone: string, locale = 'en-GB'): string {
  const key = `${locale} ${timeZone}`;
  let format = formats.get(key);
  if (!format) {
    // Building one costs far more than using it. Time zones and locales are closed lists, so this stays small.
    format = new Intl.DateTimeFormat(locale, {
      timeZone,
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formats.set(key, format);
  }
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part['weekday']}, ${part['day']} ${part['month']} ${part['year']}, ${part['hour']}:${part['minute']} (${timeZone})`;
}
