import { useTranslation } from 'react-i18next';

/** How long something took, in the largest unit that says it: 0.4 s, 12 min, 3 h. */
export function Duration({ from, to }: { from: string; to: string }) {
  const { i18n } = useTranslation();
  return formatDuration((Date.parse(to) - Date.parse(from)) / 1000, i18n.language);
}

export function formatDuration(seconds: number, language: string): string {
  const [value, unit] = unitOf(Math.max(0, seconds));
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: 'narrow',
    maximumFractionDigits: value < 10 ? 1 : 0,
  }).format(value);
}

function unitOf(seconds: number): [number, 'second' | 'minute' | 'hour' | 'day'] {
  if (seconds < 90) return [seconds, 'second'];
  if (seconds < 5_400) return [seconds / 60, 'minute'];
  if (seconds < 172_800) return [seconds / 3_600, 'hour'];
  return [seconds / 86_400, 'day'];
}
