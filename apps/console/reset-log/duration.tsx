import { useTranslation } from 'react-i18next';

/** How long something took, in the largest unit that says it: 0.4 s, 12 min, 3 h. */
export function Duration({ from, to }: { from: string; to: string }) {
  const { i18n } = useTranslation();
  return formatDuration((Date.parse(to) - Date.parse(from)) / 1000, i18n.language);
}

export function formatDuration(seconds: number, language: string): string {
  const [value, unit] = unitOf(Math.max(0, seconds));
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 });
  return `${digits.format(value)}\u00A0${unit}`;
}

/** The symbols are the same in every language (ISO 80000-3). */
function unitOf(seconds: number): [number, 's' | 'min' | 'h' | 'd'] {
  if (seconds < 90) return [seconds, 's'];
  if (seconds < 5_400) return [seconds / 60, 'min'];
  if (seconds < 172_800) return [seconds / 3_600, 'h'];
  return [seconds / 86_400, 'd'];
}
