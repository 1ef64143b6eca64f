import { describe, expect, it } from 'vitest';
import { Rights, type Role } from '#access';
import { type ImportFacts, judge, type StagedRow } from './import-judge.js';

const role = (key: string, permissions: Role['permissions']): Role => ({
  key,
  name: key,
  permissions,
  limits: {},
  builtIn: false,
  version: 1,
});
const roles = new Map(
  [role('staff', ['practice:read']), role('chief', ['practice:read', 'role:manage'])].map((one) => [
    one.key,
    one,
  ]),
);
const facts: ImportFacts = {
  rights: Rights.of([role('creator', ['practice:read', 'user:create'])]),
  roles,
  existing: new Set(['taken']),
  room: new Map([['desk@elm.example', 1]]),
};
const row = (changes: Partial<StagedRow> = {}): StagedRow => ({
  line: 2,
  username: 'mara',
  displayName: 'Mara Quill',
  email: 'desk@elm.example',
  roles: 'staff',
  ...changes,
});
const verdict = (changes: Partial<StagedRow>, given: Partial<ImportFacts> = {}) => {
  const [judged] = judge([row(changes)], { ...facts, ...given });
  return judged?.outcome === 'create' ? judged.person : judged;
};

describe('a row of an import', () => {
  it('is a person like one of POST /users', () => {
    expect(
      verdict({ username: ' Mara'.trim(), displayName: '  Mara  Quill', roles: 'staff;staff ;' }),
    ).toEqual({
      username: 'mara',
      displayName: 'Mara  Quill',
      email: 'desk@elm.example',
      roles: ['staff'],
    });
  });

  it.each([
    ['for what it says', { email: 'x' }, {}, 'failed', /^email: must be one email address$/],
    ['for several things at once', { email: 'x', username: '-' }, {}, 'failed', /^username: .*; email: /],
    [
      'for a role that is none',
      { roles: 'staff;nobody' },
      {},
      'failed',
      /^roles: not a role of this practice: nobody$/,
    ],
    [
      'for a role that permits more',
      { roles: 'chief' },
      {},
      'failed',
      /^roles: You cannot grant what you lack$/,
    ],
    ['for a name that is taken', { username: 'taken' }, {}, 'skipped', /^exists: /],
    ['for want of the right', {}, { rights: Rights.NOTHING }, 'failed', /may no longer add users/],
    [
      'for a full mailbox, in whatever case',
      { email: 'DESK@elm.example' },
      { room: new Map() },
      'failed',
      /^email: .*share/,
    ],
  ] as const)('is refused %s', (_why, changes, given, outcome, reason) => {
    expect(verdict(changes, given)).toMatchObject({ outcome, reason: expect.stringMatching(reason) });
  });

  it('that repeats a refused reason never tells who exists to whoever may not add them', () => {
    expect(verdict({ username: 'taken', roles: 'chief' })).toMatchObject({ outcome: 'failed' });
  });

  it('takes its mail from the room of its mailbox, which the next row finds less of', () => {
    const judged = judge([row(), row({ line: 3, username: 'noor' })], facts);
    expect(judged.map(({ outcome }) => outcome)).toEqual(['create', 'failed']);
    expect(judge([row(), row({ line: 3 })], { ...facts, room: null }).map(({ outcome }) => outcome)).toEqual([
      'create',
      'create',
    ]);
  });
});
