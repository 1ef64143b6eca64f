import { defineConfig } from 'vitest/config';

const alias = [{ find: /^#(.*)$/, replacement: `${import.meta.dirname}/libs/$1/index.ts` }];

/** Where `.ci/run` wants the counts of this run. */
const report = process.env['VITEST_REPORT'];

export default defineConfig({
  resolve: { alias },
  test: {
    // Modules are evaluated once a worker instead of once a file, which takes a quarter off the run: none keeps
    // state that a later file would notice.
    isolate: false,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'specs',
          include: ['{apps,libs,migrations,bench,test/architecture,test/chaos}/**/*.spec.ts'],
          globalSetup: ['test/support/build-mails.ts'],
          // Some search thousands of cases; a machine that has other things to do takes its time.
          testTimeout: 30_000,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'e2e',
          include: ['test/**/*.e2e.ts'],
          globalSetup: ['test/support/build.ts', 'test/support/global-setup.ts'],
          setupFiles: ['reflect-metadata', 'test/support/patience.ts'],
          // None of these is a guarantee of the product: what must be soon is measured by its test.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 60_000 } },
          // It takes one of two thousand tests of real processes that chance fails to stop a change that is good.
          // Who needed the second try is named by .ci/sum.mjs, to be mended, and in test/faults and test/audit it
          // fails the run: vitest knows a retry by project, tag or test, none by folder. Outside CI there is none.
          retry: process.env['CI'] ? 1 : 0,
          // One more than the cores it was made for: much of the time a suite waits for something that it has killed.
          maxWorkers: 3,
        },
      },
    ],
  },
});
