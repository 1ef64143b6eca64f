import { describe, expect, it } from 'vitest';
import type { Evidence } from '../evidence.js';
import { INVARIANTS, type InvariantName } from './invariant.js';
import { violationsIn } from './violations.js';
import { wellEnded } from './well-ended.js';

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

const without = (evidence: Evidence, action: string): Partial<Evidence> => ({
  trails: evidence.trails.map((trail) => ({
    ...trail,
    events: trail.events.filter((event) => event.action !== action),
  })),
});

const told = (evidence: Evidence, end: string): void => {
  const target = { type: 'delivery', id: 'd1' };
  const actor = { type: 'system', id: null };
  at(evidence.trails, 0).events.push({ action: `delivery.${end}`, actor, target, changes: {} });
};

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
  [
    'N1',
    'a second right answer that led to nothing',
    // The mail to the first was used up before the second was given.
    (e) => ({ operations: [...e.operations, { ...at(e.operations, 1), askedAt: 6 }] }),
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
  [
    'N2',
    'two mails of one person that both work',
    (e) => ({
      probes: [...e.probes, { what: 'doubtful-credential', username: 'u1', status: 201 }],
    }),
  ],
  ['N3', 'a duplicate under another Message-ID', (e) => void (at(e.journal, 1).messageId = '<other>')],
  ['N3', 'a duplicate with another secret', (e) => void (at(e.journal, 1).credential = 'CCCCC')],
  ['N3', 'a duplicate to somebody else', (e) => void (at(e.journal, 1).to = 'u2@p1')],
  ['N3', 'one Message-ID for two deliveries', (e) => void (at(e.journal, 2).messageId = '<d1>')],
  ['N4', 'a chain that does not verify', (e) => void (at(e.trails, 0).intact = false)],
  ['N4', 'a change without its event', (e) => without(e, 'password-reset.used')],
  ['N4', 'an event twice', (e) => void at(e.trails, 0).events.push(at(at(e.trails, 0).events, 0))],
  [
    'N4',
    'an event of a reset that is not there',
    (e) => {
      const target = { type: 'password-reset', id: 'r9' };
      const actor = { type: 'user', id: 'u0' };
      at(e.trails, 0).events.push({ action: 'password-reset.repeated', actor, target, changes: {} });
    },
  ],
  [
    'N4',
    'a deferral that the trail does not know',
    (e) => {
      at(e.records.deliveries, 0).attempts.unshift('deferred');
    },
  ],
  ['N4', 'a sign-in that the trail does not know', (e) => without(e, 'session.created')],
  ['N4', 'a sign-in that nobody made', (e) => ({ operations: e.operations.slice(0, -1) })],
  ['N4', 'a refused right that the trail does not know', (e) => without(e, 'access.denied')],
  ['N4', 'a wrong answer counted twice', (e) => void (at(at(e.trails, 0).events, 7).changes['count'] = 2)],
  [
    'N4',
    'a reset told of somebody else',
    (e) => void (at(at(e.trails, 0).events, 0).changes['userId'] = 'u2'),
  ],
  ['N4', 'a mail told twice', (e) => told(e, 'accepted')],
  ['N4', 'a mail called failed that was taken', (e) => told(e, 'failed')],
  [
    'N4',
    'a notice of which the trail says nothing',
    (e) => {
      const { deliveries } = e.records;
      const notice = { ...at(deliveries, 0), id: 'd3', template: 'password-changed', credentialId: null };
      return { ...records(e, { deliveries: [...deliveries, notice] }), taken: new Set(['d1', 'd2', 'd3']) };
    },
  ],
  ['N5', 'a mail without a delivery', (e) => void (at(e.journal, 2).deliveryId = 'd9')],
  ['N5', 'a reset that nobody asked for', (e) => ({ operations: e.operations.slice(1) })],
  ['N6', 'a secret in a file', () => ({ atRest: ['base/16384/2619'] })],
  ['N7', 'a mail to another practice', (e) => void (at(e.records.users, 1).practice = 'p2')],
  ['N7', 'an event in another trail', (e) => void (at(e.trails, 0).practice = 'p2')],
  [
    'N7',
    'a credential that works elsewhere',
    (e) => {
      const probe = { what: 'credential-elsewhere', username: 'u1', status: 201 } as const;
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
  [
    'N9',
    'a client that was not answered when all was back',
    (e) => {
      const gaveUp = { ...at(e.operations, 1), gaveUp: true, status: 503, endedAt: 30_011 };
      return { operations: [...e.operations, gaveUp] };
    },
  ],
  [
    'N9',
    'clients who were never answered',
    (e) => {
      const gaveUp = { ...at(e.operations, 1), gaveUp: true, status: 503 };
      return { operations: [...e.operations, gaveUp] };
    },
  ],
  ['N9', 'clients who never came to ask', (e) => void (e.load.skipped = 11)],
  [
    'N10',
    'a superseded credential that works',
    (e) => ({
      probes: [...e.probes, { what: 'superseded-credential', username: 'u3', status: 201 }],
    }),
  ],
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
