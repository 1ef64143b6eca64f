import { describe, expect, it } from 'vitest';
import type { Evidence } from '../evidence.js';
import { INVARIANTS, type InvariantName } from './invariant.js';
import { violationsIn } from './violations.js';

/** A run in which everything went well: one reset by an administrator, one by an answer, one wrong answer. */
function wellEnded(): Evidence {
  const operation = {
    practiceId: 'P1',
    startedAt: 1,
    endedAt: 2,
    attempts: 1,
    uncertain: false,
    credential: null,
  };
  const reset = { practice: 'p1', channel: 'administrator', sentAt: new Date(3), completedAt: null };
  const mail = { at: 3, template: 'temporary-credential', subject: 'Hello', confirmed: true };
  const event = (state: string, id: string) => ({
    action: `password-reset.${state}`,
    target: { type: 'password-reset', id },
    changes: {},
  });
  return {
    operations: [
      {
        ...operation,
        wish: 'administrator-reset',
        username: 'u1',
        status: 202,
        resetId: 'r1',
        mustFail: null,
      },
      {
        ...operation,
        wish: 'self-service-reset',
        username: 'u2',
        status: 202,
        resetId: null,
        mustFail: null,
      },
      {
        ...operation,
        wish: 'self-service-reset',
        username: 'u3',
        status: 202,
        resetId: null,
        mustFail: 'the answer is wrong',
      },
      {
        ...operation,
        wish: 'forbidden',
        username: 'u1',
        status: 403,
        resetId: null,
        mustFail: 'staff resets nobody',
      },
    ],
    journal: [
      { ...mail, to: 'u1@p1', deliveryId: 'd1', messageId: '<d1>', credential: 'AAAAA' },
      { ...mail, to: 'u1@p1', deliveryId: 'd1', messageId: '<d1>', credential: 'AAAAA', confirmed: false },
      { ...mail, to: 'u2@p1', deliveryId: 'd2', messageId: '<d2>', credential: 'BBBBB' },
    ],
    taken: new Set(['d1', 'd2']),
    records: {
      users: ['u1', 'u2', 'u3'].map((id) => ({ practice: 'p1', id, username: id, email: `${id}@p1` })),
      resets: [
        { ...reset, id: 'r1', userId: 'u1', credentialId: 'c1', state: 'sent', usedAt: null },
        {
          ...reset,
          id: 'r2',
          userId: 'u2',
          credentialId: 'c2',
          state: 'used',
          usedAt: new Date(4),
          channel: 'self_service',
        },
      ],
      credentials: [
        { practice: 'p1', id: 'c1', userId: 'u1', state: 'live', usable: true },
        { practice: 'p1', id: 'c2', userId: 'u2', state: 'used', usable: false },
      ],
      deliveries: ['1', '2'].map((nth) => ({
        practice: 'p1',
        id: `d${nth}`,
        template: 'temporary-credential',
        userId: `u${nth}`,
        resetId: `r${nth}`,
        credentialId: `c${nth}`,
        recipient: `u${nth}@p1`,
        state: 'accepted',
        attempts: ['accepted'],
      })),
    },
    trails: [
      {
        practice: 'p1',
        intact: true,
        fault: null,
        events: [
          event('requested', 'r1'),
          event('sent', 'r1'),
          event('requested', 'r2'),
          event('sent', 'r2'),
          event('used', 'r2'),
        ],
      },
    ],
    doubles: [],
    probes: [
      { what: 'newest-credential', username: 'u1', mayWork: true, status: 201 },
      { what: 'spent-credential', username: 'u2', mayWork: false, status: 401 },
    ],
    atRest: [],
    recovery: { boundSeconds: 60, neededSeconds: 3, undelivered: 0, unanswered: 0 },
  };
}

/** Index into the evidence's lists, which the run above has filled. */
const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index];
  if (found === undefined) throw new Error(`There is nothing at ${index}`);
  return found;
};

type Spoiler = (evidence: ReturnType<typeof wellEnded>) => Partial<Evidence> | void;
const records = (evidence: Evidence, changes: Partial<Evidence['records']>): Partial<Evidence> => ({
  records: { ...evidence.records, ...changes },
});

/** One fault each, and the invariant that has to notice. */
const FAULTS: [InvariantName, string, Spoiler][] = [
  [
    'N1',
    'an accepted reset that the database does not have',
    (e) => void (at(e.operations, 0).resetId = 'r9'),
  ],
  ['N1', 'a reset that is requested for ever', (e) => void (at(e.records.resets, 0).state = 'requested')],
  ['N1', 'a reset called sent that nobody was mailed', (e) => ({ journal: e.journal.slice(2) })],
  ['N1', 'a mail that is still put off', (e) => void (at(e.records.deliveries, 0).state = 'deferred')],
  ['N1', 'a mail called accepted that no server took', () => ({ taken: new Set(['d2']) })],
  [
    'N1',
    'a right answer that led to nothing',
    (e) => ({ operations: [...e.operations, { ...at(e.operations, 1), username: 'u3' }] }),
  ],
  ['N2', 'two live credentials seen during the run', () => ({ doubles: ['u1'] })],
  [
    'N2',
    'two live credentials at the end',
    (e) => {
      const { credentials } = e.records;
      return records(e, { credentials: [...credentials, { ...at(credentials, 0), id: 'c3' }] });
    },
  ],
  ['N2', 'a newest mail that does not work', (e) => void (at(e.probes, 0).status = 401)],
  ['N3', 'a duplicate under another Message-ID', (e) => void (at(e.journal, 1).messageId = '<other>')],
  ['N3', 'a duplicate with another secret', (e) => void (at(e.journal, 1).credential = 'CCCCC')],
  ['N3', 'a duplicate to somebody else', (e) => void (at(e.journal, 1).to = 'u2@p1')],
  ['N3', 'one Message-ID for two deliveries', (e) => void (at(e.journal, 2).messageId = '<d1>')],
  ['N4', 'a chain that does not verify', (e) => void (at(e.trails, 0).intact = false)],
  ['N4', 'a change without its event', (e) => void at(e.trails, 0).events.pop()],
  ['N4', 'an event twice', (e) => void at(e.trails, 0).events.push(at(at(e.trails, 0).events, 0))],
  [
    'N4',
    'an event of a reset that is not there',
    (e) => {
      const target = { type: 'password-reset', id: 'r9' };
      at(e.trails, 0).events.push({ action: 'password-reset.repeated', target, changes: {} });
    },
  ],
  [
    'N4',
    'a deferral that the trail does not know',
    (e) => {
      at(e.records.deliveries, 0).attempts.unshift('deferred');
    },
  ],
  ['N5', 'a mail without a delivery', (e) => void (at(e.journal, 2).deliveryId = 'd9')],
  ['N5', 'a reset that nobody asked for', (e) => ({ operations: e.operations.slice(1) })],
  ['N6', 'a secret in a file', () => ({ atRest: ['base/16384/2619'] })],
  ['N7', 'a mail to another practice', (e) => void (at(e.records.users, 0).practice = 'p2')],
  ['N7', 'an event in another trail', (e) => void (at(e.trails, 0).practice = 'p2')],
  [
    'N7',
    'a credential that works elsewhere',
    (e) => {
      const probe = { what: 'credential-elsewhere', username: 'u1', mayWork: false, status: 201 } as const;
      return { probes: [...e.probes, probe] };
    },
  ],
  ['N8', 'a reset by somebody who may not', (e) => void (at(e.operations, 3).status = 202)],
  [
    'N8',
    'a wrong answer that was mailed',
    (e) => {
      const { resets } = e.records;
      return records(e, { resets: [...resets, { ...at(resets, 1), id: 'r3', userId: 'u3' }] });
    },
  ],
  ['N9', 'a return that took too long', (e) => void (e.recovery.neededSeconds = 61)],
  ['N9', 'a backlog that stays', (e) => void (e.recovery.undelivered = 1)],
  ['N9', 'answers that nobody carried out', (e) => void (e.recovery.unanswered = 1)],
  ['N10', 'a used credential that works again', (e) => void (at(e.probes, 1).status = 201)],
  [
    'N10',
    'one credential that opened two sessions',
    (e) => {
      const use = {
        ...at(e.operations, 0),
        wish: 'temporary-sign-in',
        status: 201,
        credential: 'AAAAA',
      } as const;
      return { operations: [...e.operations, use, use] };
    },
  ],
];

describe('the checker of a run', () => {
  it('finds nothing in a run that ended well', () => {
    expect(violationsIn(wellEnded())).toEqual([]);
  });

  it.each(FAULTS)('%s: finds %s', (invariant, _what, spoil) => {
    const evidence = wellEnded();
    const found = violationsIn({ ...evidence, ...spoil(evidence) });
    expect(found.map((violation) => violation.invariant)).toContain(invariant);
  });

  it('has been seen to find a violation of each', () => {
    const seen = new Set(FAULTS.map(([invariant]) => invariant));
    expect([...seen].toSorted()).toEqual(Object.keys(INVARIANTS).toSorted());
  });
});
