import type { Locale } from '#contract';

const formats = new Map<string, Intl.DateTimeFormat>();

type Parts = Partial<Record<Intl.DateTimeFormatPartTypes, string>>;

const WORDS: Record<Locale, { tag: string; date(parts: Parts): string }> = {
  en: { tag: 'en-GB', date: ({ weekday, day, month, year }) => `${weekday}, ${day} ${month} ${year}` },
  es: { tag: 'es-ES', date: ({ weekday, day, month, year }) => `${weekday}, ${day} de ${month} de ${year}` },
};

/** A moment as a person of the practice reads it: `Tuesday, 24 November 2026, 09:14 (Europe/Madrid)`. */
export function sayMoment(at: Date, timeZone: string, locale: Locale): string {
  const words = WORDS[locale];
  const key = `${words.tag} ${timeZone}`;
  let format = formats.get(key);
  if (!format) {
    // Building one costs far more than using it. Time zones and locales are closed lists, so this stays small.
    format = new Intl.DateTimeFormat(words.tag, {
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
  const parts: Parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${words.date(parts)}, ${parts.hour}:${parts.minute} (${timeZone})`;
}
