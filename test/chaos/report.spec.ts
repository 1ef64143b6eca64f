import { describe, expect, it } from 'vitest';
import type { Violation } from './invariants/invariant.js';
import { goneSince } from './invariants/violations.js';
import { wellEnded } from './invariants/well-ended.js';
import { type ReportedRun, reportOf } from './report.js';

const LOST: Violation = { invariant: 'N1', what: 'the reset r1 is lost' };
const PASSING: Violation = { invariant: 'N4', what: 'the reset r2 has ended without an event' };

const run = (found: Partial<ReportedRun>): ReportedRun => ({
  backend: 'postgres',
  seed: 1,
  minutes: 1,
  perSecond: 20,
  happened: new Map(),
  evidence: wellEnded(),
  looks: 3,
  violations: [],
  warnings: [],
  ...found,
});

describe('the report of a run', () => {
  it('names each violation', () => {
    expect(reportOf(run({ violations: [LOST] }))).toContain('- N1: the reset r1 is lost');
  });

  it('names what was seen at the first look only, and counts it for no violation', () => {
    const report = reportOf(run({ warnings: goneSince([LOST, PASSING], [LOST]) }));
    expect(report).toContain(
      '- seen at the first look, gone at the second: N4: the reset r2 has ended without an event',
    );
    expect(report).not.toContain('r1');
    expect(report).toContain('| Violations seen at the first look, gone at the second | 1 |');
    expect(report).toMatch(/\| N4 .* \| 0 \|/);
  });

  it('says nothing of it where both looks agree', () => {
    expect(goneSince([LOST], [PASSING, { ...LOST }])).toEqual([]);
    expect(reportOf(run({}))).not.toContain('- seen at');
  });
});
