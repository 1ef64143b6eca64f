// Sums up the reports of vitest's runs: node .ci/sum.mjs STATUS REPORT...
// Ends with a line `N passed, N failed`; fails when anything failed, was not run, or skipped Redis.
import { readFileSync } from 'node:fs';

const [before = '1', ...files] = process.argv.slice(2);
const complaints = [];
if (before !== '0') complaints.push(`a command ended with status ${before}`);

const reports = files.flatMap((file) => {
  try {
    return [JSON.parse(readFileSync(file, 'utf8'))];
  } catch {
    complaints.push(`there is no report ${file}: the run did not get that far`);
    return [];
  }
});

const suites = reports.flatMap((report) => report.testResults);
const tests = suites.flatMap((suite) => suite.assertionResults);
const count = (...states) => tests.filter((test) => states.includes(test.status)).length;

// A file that cannot be loaded has no tests of its own: it counts as one that failed.
const unloaded = suites.filter((suite) => suite.status === 'failed' && suite.assertionResults.length === 0);
for (const { name } of unloaded) complaints.push(`${name} could not be run`);

const skipped = tests.filter((test) => ['pending', 'skipped', 'todo', 'disabled'].includes(test.status));
for (const test of skipped) console.log(`skipped: ${test.fullName}`);
if (skipped.some((test) => /redis/i.test(test.fullName))) complaints.push('the Redis suites were skipped');
if (!tests.some((test) => test.status === 'passed' && /redis/i.test(test.fullName))) {
  complaints.push('no Redis suite ran');
}

const words = ({ failureMessages }) => (failureMessages?.[0] ?? '').split('\n')[0].slice(0, 300);

// A test that passes at its second try keeps the words of the first (vitest.config.ts). No fault of this change, but
// somebody has to mend it. Where the promise is that never anything is lost, once in two is a loss.
const atOnceOnly = /\/test\/(faults|audit)\//;
for (const { name, assertionResults } of suites) {
  for (const test of assertionResults) {
    if (test.status !== 'passed' || !test.failureMessages?.length) continue;
    console.log(`second try: ${test.fullName}: ${words(test)}`);
    if (atOnceOnly.test(name)) complaints.push(`${test.fullName} failed at its first try`);
  }
}

// Whoever reads only the end of a long log finds them here.
for (const test of tests.filter(({ status }) => status === 'failed')) {
  console.log(`failed: ${test.fullName}: ${words(test)}`);
}

const failed = count('failed') + unloaded.length;
for (const complaint of complaints) console.log(`not good: ${complaint}`);
// What went wrong without a failed test, such as a lint finding, counts as well: the number alone must not look good.
console.log(`${count('passed')} passed, ${Math.max(failed, complaints.length)} failed`);
process.exitCode = failed > 0 || complaints.length > 0 ? 1 : 0;
