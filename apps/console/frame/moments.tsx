import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../api/server-clock.js';
import { usePractice } from '../practice/practice-api.js';

const DAY_SECONDS = 86_400;
const TICK_MILLISECONDS = 20_000;

/** The server's present, moving on: what is said relative to it must not stand still. */
export function useNow(everyMilliseconds = TICK_MILLISECONDS): number {
  const [now, setNow] = useState(serverNow);
  useEffect(() => {
    const timer = setInterval(() => setNow(serverNow()), everyMilliseconds);
    return () => clearInterval(timer);
  }, [everyMilliseconds]);
  return now;
}

/** Days before months and 24 hours, as on every other page of a clinic. */
const FORMATS: Record<string, string> = { en: 'en-GB', es: 'es-ES' };

/** The practice's time zone; the device's where it is not known. */
export const useZone = (): string =>
  usePractice()?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Formats of the reader's language in the practice's zone. */
export function useMoments() {
  const { i18n } = useTranslation();
  const timeZone = useZone();
  const format = (options: Intl.DateTimeFormatOptions) => (iso: string | number) =>
    new Intl.DateTimeFormat(FORMATS[i18n.language], { timeZone, ...options }).format(new Date(iso));
  return {
    /** 23 Nov 2026, 09:14:02 GMT+1 */
    full: format({ dateStyle: 'medium', timeStyle: 'long' }),
    clock: format({ timeStyle: 'short' }),
    /** To the second: for timelines. */
    second: format({ timeStyle: 'medium' }),
    short: format({ dateStyle: 'medium', timeStyle: 'short' }),
    /** Within the next days: the year goes without saying. */
    soon: format({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    day: format({ dateStyle: 'medium' }),
    relative: (iso: string, now: number) => relative(FORMATS[i18n.language], iso, now),
  };
}

function relative(language: string | undefined, iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  if (Math.abs(seconds) < 60) return words.format(0, 'second');
  if (Math.abs(seconds) < 3_600) return words.format(Math.trunc(seconds / 60), 'minute');
  return words.format(Math.trunc(seconds / 3_600), 'hour');
}

/** A moment: relative within a day, else absolute; the exact one on hover and for programs. */
export function Moment({ at }: { at: string }) {
  const now = useNow();
  const moments = useMoments();
  const near = Math.abs(Date.parse(at) - now) < DAY_SECONDS * 1000;
  return (
    <time dateTime={at} title={moments.full(at)}>
      {near ? moments.relative(at, now) : moments.short(at)}
    </time>
  );
}

/** "at 09:14" today, with the day otherwise: for what is still to come. */
export function useUntil(): (iso: string) => string {
  const moments = useMoments();
  return (iso) => (moments.day(iso) === moments.day(serverNow()) ? moments.clock(iso) : moments.soon(iso));
}
