import { expect, it } from 'vitest';
import type { ResetView } from '#contract';
import { csvOf } from './resets-csv.js';

const RESET: ResetView = {
  id: '0191a3c4-0000-7000-8000-000000000001',
  userId: '0191a3c4-0000-7000-8000-000000000002',
  username: 'mara',
  channel: 'administrator',
  state: 'sent',
  requestedBy: { type: 'user', id: '0191a3c4-0000-7000-8000-000000000003' },
  requestedAt: '2026-11-24T09:00:00.000Z',
  sentAt: '2026-11-24T09:00:02.000Z',
  usedAt: null,
  completedAt: null,
  expiresAt: '2026-11-25T09:00:02.000Z',
  deliveryIds: [],
};

it('an exported log has a line for each reset below the names of its columns', () => {
  const [head, line, end] = csvOf([RESET]).split('\r\n');
  expect(head).toMatch(/^id,username,userId,channel,requestedByType,.*,requestedAt,sentAt,usedAt,/);
  expect(line?.split(',').slice(6)).toEqual([
    'sent',
    '',
    '2026-11-24T09:00:00.000Z',
    '2026-11-24T09:00:02.000Z',
    '',
    '',
    '2026-11-25T09:00:02.000Z',
  ]);
  expect(end).toBe('');
});
