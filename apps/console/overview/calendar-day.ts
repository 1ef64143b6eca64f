import { useTranslation } from 'react-i18next';

/** `2026-11-23` as "23 Nov". A calendar day has no zone: it is formatted in the one it is parsed in. */
export function useCalendarDay(): (day: string) => string {
  const { i18n } = useTranslation();
  const format = new Intl.DateTimeFormat(i18n.language === 'en' ? 'en-GB' : i18n.language, {
    day: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  });
  return (day) => format.format(new Date(`${day}T00:00:00Z`));
}
