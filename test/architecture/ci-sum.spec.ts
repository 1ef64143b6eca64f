import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-sum-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The sum of a run in which one test of that file needed a second try. */
function sumWith(file: string): { status: number | null; stdout: string } {
  const report = join(folder, 'report.json');
  const assertionResults = [
    { fullName: 'the queue in Redis', status: 'passed', failureMessages: [] },
    { fullName: 'a mail is sent', status: 'passed', failureMessages: ['Error: it was lost\n at'] },
  ];
  const testResults = [{ name: join(process.cwd(), file), status: 'passed', assertionResults }];
  writeFileSync(report, JSON.stringify({ testResults }));
  return spawnSync(process.execPath, ['.ci/sum.mjs', '0', report], { encoding: 'utf8' });
}

describe('the sum of a CI run', () => {
  it('names who needed a second try, and is good', () => {
    const { status, stdout } = sumWith('test/console/users.e2e.ts');
    expect(stdout).toContain('second try: a mail is sent: Error: it was lost\n');
    expect(stdout).toContain('2 passed, 0 failed');
    expect(status).toBe(0);
  });

  it.each(['test/faults/lost-commit.e2e.ts', 'test/audit/complete.e2e.ts'])(
    'is not good when it was in %s',
    (file) => {
      const { status, stdout } = sumWith(file);
      expect(stdout).toContain('not good: a mail is sent failed at its first try');
      expect(stdout).toContain('2 passed, 1 failed');
      expect(status).toBe(1);
    },
  );
});
