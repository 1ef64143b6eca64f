/** `npm run check:timing -- [--pairs N] [--within M] [--clients N] [--only SUITE] [--retry] [--results FILE] [--report FILE]` */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MeasuredInstallation } from './installation.js';
import { People } from './people.js';
import { Results, type Verdict } from './results.js';
import { sendRounds } from './rounds.js';
import { alike, compare } from './statistics.js';
import { SUITES, type Suite } from './suites.js';

const PROGRESS_EVERY = 100;

interface Options {
  pairs: number;
  within: number;
  clients: number;
  retry: boolean;
  suites: readonly Suite[];
  results: string | undefined;
  report: string | undefined;
}

function readArguments(): Options {
  const { values } = parseArgs({
    options: {
      pairs: { type: 'string', default: '5000' },
      within: { type: 'string', default: '0.05' },
      clients: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true, default: [] },
      retry: { type: 'boolean', default: false },
      results: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const pairs = Number(values.pairs);
  const within = Number(values.within);
  const clients = Number(values.clients);
  const suites = SUITES.filter(({ name }) => values.only.length === 0 || values.only.includes(name));
  if (!Number.isInteger(pairs) || pairs < 1 || !(within > 0) || !(clients >= 1) || suites.length === 0) {
    console.error(
      `usage: check:timing [--pairs N] [--within 0.05] [--clients 1] [--retry] [--results FILE] [--report FILE]\n` +
        `  [--only "${SUITES.map(({ name }) => name).join('" | "')}"]...`,
    );
    process.exit(2);
  }
  return {
    pairs,
    within,
    clients,
    retry: values.retry,
    suites,
    results: values.results,
    report: values.report,
  };
}

async function main(): Promise<void> {
  const options = readArguments();
  const results = new Results(options.results);
  const todo = options.suites.filter(({ name }) => !results.has(name));
  const root = await mkdtemp(join(tmpdir(), 'latchkey-timing-'));
  // The database server's user must be able to enter.
  await chmod(root, 0o755);
  const installation = new MeasuredInstallation(join(root, 'data'));
  const tidy = async () => {
    await installation.stop().catch((error: unknown) => console.error(error));
    await rm(root, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void tidy().finally(() => process.exit(130)));
  try {
    if (todo.length > 0) await installation.start();
    const runs = options.retry ? 2 : 1;
    const accounts = todo.reduce((sum, suite) => sum + runs * suite.accounts(options.pairs), 0);
    const people = todo.length > 0 ? await People.seed(installation, accounts) : undefined;
    for (const suite of todo) {
      if (people) results.add(suite.name, await measure(suite, installation, people, options));
    }
  } finally {
    await tidy();
  }
  console.log(results.table());
  if (options.report) results.writeReport(options.report);
  process.exitCode = results.good ? 0 : 1;
}

/** Measures a suite, and where that is asked for and needed once more, which is said. */
async function measure(
  suite: Suite,
  installation: MeasuredInstallation,
  people: People,
  options: Options,
): Promise<Verdict[]> {
  const first = await measureOnce(suite, installation, people, options);
  const failed = first.filter(({ good }) => !good);
  if (failed.length === 0 || !options.retry) return first;
  console.error(`${suite.name}: measured once more for ${failed.map(({ cause }) => cause).join(', ')}`);
  const second = await measureOnce(suite, installation, people, options);
  return first.map((verdict, at) =>
    verdict.good ? verdict : { ...(second[at] as Verdict), retried: verdict },
  );
}

async function measureOnce(
  suite: Suite,
  installation: MeasuredInstallation,
  people: People,
  { pairs, within, clients }: Options,
): Promise<Verdict[]> {
  console.error(`${suite.name}: preparing`);
  const causes = await suite.causes(people, installation, pairs);
  const from = performance.now();
  const wires = installation.clients(clients);
  const samples = await sendRounds(wires, causes, pairs, (round) => {
    const seconds = ((performance.now() - from) / 1000).toFixed(0);
    if (round % PROGRESS_EVERY === 0 || round === pairs)
      console.error(`${suite.name}: ${round} of ${pairs}, ${seconds} s`);
  });
  for (const wire of wires) wire.close();
  return suite.pairs.map(([first, second]) => {
    const [mine, other] = [samples.get(first), samples.get(second)];
    if (!mine || !other) throw new Error(`${suite.name} has no cause ${first} or ${second}`);
    const comparison = compare(mine.ms, other.ms);
    const words = [...mine.words.symmetricDifference(other.words)];
    const good = alike(comparison, within) && words.length === 0;
    return { cause: `${first} / ${second}`, ...comparison, words, good };
  });
}

await main();
