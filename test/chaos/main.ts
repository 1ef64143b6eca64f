import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { hasRedisServer } from '../support/redis.js';
import { type Backend, Installation } from './installation.js';
import { Mishaps } from './mishaps.js';
import { countedResults, type ReportedRun, reportOf } from './report.js';
import { Run } from './run.js';
import { Seeded } from './seeded.js';

const HELP = `npm run chaos -- [--seed S] [--minutes M] [--backend postgres|redis] [--rate R] [--report FILE] [--json FILE]
Kills, stops and starves the parts of an installation under a load of resets, and checks that nothing is lost.`;

interface Settings {
  seed: number;
  minutes: number;
  rate: number;
  backends: Backend[];
  report: string | undefined;
  json: string | undefined;
}

function settings(): Settings {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '20' },
      backend: { type: 'string' },
      report: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const [seed, minutes, rate] = [values.seed, values.minutes, values.rate].map(Number) as [
    number,
    number,
    number,
  ];
  const backends = (values.backend ? [values.backend] : ['postgres', 'redis']) as Backend[];
  const wrong = ![seed, minutes, rate].every((value) => value > 0) || !backends.every(isBackend);
  if (values.help || wrong) {
    process.stderr.write(`${HELP}\n`);
    process.exit(wrong ? 2 : 0);
  }
  return { seed, minutes, rate, backends, report: values.report, json: values.json };
}

const isBackend = (name: string): name is Backend => name === 'postgres' || name === 'redis';

async function chaos(backend: Backend, { seed, minutes, rate }: Settings): Promise<ReportedRun> {
  const installation = await Installation.open({ redis: backend === 'redis', practices: 4, users: 120 });
  const run = new Run(installation, seed);
  const from = performance.now();
  const say = (line: string) => {
    const seconds = ((performance.now() - from) / 1_000).toFixed(1).padStart(7);
    process.stdout.write(`${seconds} s  ${backend}  ${line}\n`);
  };
  try {
    await installation.useWorker(backend);
    // Of its own, so that the same seed brings the same faults whatever the clients do.
    const mishaps = new Mishaps(installation, backend, new Seeded(seed), say);
    await run.under(rate, () => mishaps.go(minutes * 60_000));
    say('the faults are over: waiting until all is quiet');
    const judgement = await run.judge();
    return { ...judgement, backend, seed, minutes, perSecond: rate, happened: mishaps.happened };
  } finally {
    await run.stop();
    await installation.close();
  }
}

const asked = settings();
const runs: ReportedRun[] = [];
let failure: Error | null = null;
try {
  for (const backend of asked.backends) {
    if (backend === 'redis' && !hasRedisServer()) throw new Error('There is no redis-server on the PATH');
    const run = await chaos(backend, asked);
    runs.push(run);
    process.stdout.write(`\n${reportOf(run)}\n\n`);
  }
} catch (error) {
  failure = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${failure.stack}\n`);
}
if (asked.report) writeFileSync(asked.report, `${runs.map(reportOf).join('\n\n')}\n`);
if (asked.json) writeFileSync(asked.json, JSON.stringify(countedResults(runs, failure)));
const violations = runs.flatMap((run) => run.violations);
process.stdout.write(violations.length === 0 && !failure ? 'chaos: nothing lost\n' : 'chaos: FAILED\n');
process.exit(violations.length === 0 && !failure ? 0 : 1);
