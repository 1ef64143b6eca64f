import { expect, it } from 'vitest';
import { troubleOf } from './mail-health.js';

it.each([
  ['that runs is no trouble', { queue: { state: 'ok' }, mail: { state: 'ok', stoppedAt: null } }, null],
  [
    'whose servers are gone has stopped, since a moment',
    { queue: { state: 'ok' }, mail: { state: 'degraded', stoppedAt: '2026-11-23T09:00:00Z' } },
    { kind: 'stopped', since: '2026-11-23T09:00:00Z' },
  ],
  [
    'that no worker takes from the queue is unattended',
    { queue: { state: 'degraded' }, mail: { state: 'degraded', stoppedAt: null } },
    { kind: 'unattended' },
  ],
  [
    'whose server defers again and again is slow',
    { queue: { state: 'ok' }, mail: { state: 'degraded', stoppedAt: null } },
    { kind: 'slow' },
  ],
  ['of which nothing is told is no trouble', {}, null],
])('mail %s', (_name, told, trouble) => {
  expect(troubleOf(told)).toEqual(trouble);
});
