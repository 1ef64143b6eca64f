import { expect, it } from 'vitest';
import { sayMoment } from './moment.js';

it('a moment is said in the time zone of the practice and the language of the reader', () => {
  const at = new Date('2026-11-24T23:14:00Z');
  expect(sayMoment(at, 'Europe/Madrid', 'en')).toBe('Wednesday, 25 November 2026, 00:14 (Europe/Madrid)');
  expect(sayMoment(at, 'UTC', 'en')).toBe('Tuesday, 24 November 2026, 23:14 (UTC)');
  expect(sayMoment(at, 'Europe/Madrid', 'es')).toBe(
    'miércoles, 25 de noviembre de 2026, 00:14 (Europe/Madrid)',
  );
});
