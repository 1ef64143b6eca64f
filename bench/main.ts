/**
 * `npm run bench -- [resets] [sign-ins] [latency] [flood] [floor] [workers] [fairness]` with `[--rounds N]`,
 * `[--backend postgres|redis]` (where the product keeps its queue), `[--only limit]` and `[--json FILE]`;
 * and each by itself, since there is no limit program for them: `import [--rows N] [--backend postgres|redis]`,
 * `audit [--practices N] [--rounds N] [--seconds N] [--events N]`, `audit-search [--events N] [--rounds N]`.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readTyped, refuseTyped } from './arguments.js';
import { benchAudit } from './audit/cost.js';
import { measureAuditSearch } from './audit/search.js';
import { type Fairness, measureFairness } from './fairness.js';
import { type Flood, measureFloods } from './flood.js';
import type { Floor } from './floor.js';
import { measureImport } from './import.js';
import { LimitTarget } from './limit-target.js';
import type { Bench } from './measure.js';
import { measureWorkers, type Site, type Workers } from './pace.js';
import { machineCpu, usageOf } from './process-tree.js';
import { ProductTarget } from './product-target.js';
import { type Backend, backendOf } from './queue-backend.js';
import { machineLine, type Report, renderReport } from './report.js';
import { SideProcess } from './side-process.js';
import type { SinkQuestion } from './sink.js';
import {
  type Measured,
  measureFloor,
  prepare,
  runRound,
  type SuiteName,
  suiteNames,
  warmUp,
} from './suites.js';
import type { Target } from './target.js';

const usage = `bench [${suiteNames.join('|')}]...
           [--rounds N] [--backend postgres|redis] [--only limit] [--json FILE]
       bench audit [--practices N] [--rounds N] [--seconds N] [--events N]
       bench audit-search [--events N] [--rounds N]
       bench import [--rows N] [--backend postgres|redis]`;

function readArguments(): {
  suites: Set<SuiteName>;
  rounds: number;
  backend: Backend;
  limitOnly: boolean;
  json: string | undefined;
} {
  const { values, positionals } = readTyped(usage, {
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '3' },
      backend: { type: 'string', default: 'postgres' },
      only: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const unknown = positionals.filter((name) => !(suiteNames as readonly string[]).includes(name));
  const rounds = Number(values.rounds);
  const backend = backendOf(values.backend);
  const limitOnly = values.only === 'limit';
  if (unknown.length > 0 || !(rounds >= 1) || !backend || (values.only ?? 'limit') !== 'limit') {
    refuseTyped(usage);
  }
  const suites = new Set((positionals.length > 0 ? positionals : suiteNames) as SuiteName[]);
  return { suites, rounds, backend, limitOnly, json: values.json };
}

async function postgresVersion(url: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const shown = await client.query<{ server_version: string }>('show server_version');
  await client.end();
  return shown.rows[0]?.server_version ?? 'unknown';
}

async function newFolder(root: string, name: string): Promise<string> {
  const folder = join(root, name);
  await mkdir(folder);
  return folder;
}

async function main(): Promise<void> {
  const options = readArguments();
  const root = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  // The database server's user must be able to enter.
  await chmod(root, 0o755);
  const bench: Bench = { load: new SideProcess('./load.js'), sink: new SideProcess('./sink.js') };
  const targets: Target[] = [];
  process.once('SIGINT', () => void stopAll(targets, bench, root).finally(() => process.exit(130)));
  try {
    const smtpUrl = `smtp://127.0.0.1:${await bench.sink.ask<number>({ ask: 'listen' } satisfies SinkQuestion)}`;
    const limit = new LimitTarget(await newFolder(root, 'limit'), smtpUrl);
    targets.push(limit);
    if (!options.limitOnly) {
      const { backend } = options;
      targets.push(new ProductTarget(await newFolder(root, 'product'), smtpUrl, { backend }));
    }
    const measured = new Map<Target, Measured>();
    for (const target of targets) {
      console.error(`starting and filling: ${target.name}`);
      measured.set(target, await prepare(target));
    }
    const report = await measure(bench, limit, measured, { ...options, smtpUrl, root });
    console.log(renderReport(report));
    if (options.json) await writeFile(options.json, `${JSON.stringify(report)}\n`);
  } finally {
    await stopAll(targets, bench, root);
  }
}

async function measure(
  bench: Bench,
  limit: LimitTarget,
  targets: Map<Target, Measured>,
  options: ReturnType<typeof readArguments> & { smtpUrl: string; root: string },
): Promise<Report> {
  const floors: Floor[] = [];
  const cpu = { ours: 0, all: 0, available: 0 };
  await warmUp(bench, targets.keys(), options.suites);
  for (let round = 1; round <= options.rounds; round++) {
    const before = { ours: usageOf(process.pid, options.root).cpuSeconds, ...machineCpu() };
    for (const [target, measured] of targets) {
      console.error(`round ${round} of ${options.rounds}: ${target.name}`);
      await runRound(bench, target, measured, options.suites);
    }
    const after = machineCpu();
    cpu.ours += usageOf(process.pid, options.root).cpuSeconds - before.ours;
    cpu.all += after.busySeconds - before.busySeconds;
    cpu.available += after.seconds - before.seconds;
    if (options.suites.has('floor')) floors.push(await measureFloor(bench, limit, options.smtpUrl));
  }
  const floods: Flood[] = [];
  for (const target of options.suites.has('flood') ? targets.keys() : []) {
    if (target instanceof ProductTarget) floods.push(...(await measureFloods(target)));
  }
  const paced = options.limitOnly ? new Set<SuiteName>() : options.suites;
  const site: Site = { bench, root: options.root, backend: options.backend };
  const workers: Workers | null = paced.has('workers') ? await measureWorkers(site) : null;
  const fairness: Fairness[] = paced.has('fairness') ? await measureFairness(site) : [];
  const [ofLimit, ofProduct] = targets.values();
  if (!ofLimit) throw new Error('the limit program was not measured');
  return {
    machine: machineLine(await postgresVersion(limit.databaseUrl), options.backend),
    limit: ofLimit,
    product: ofProduct,
    floors,
    floods,
    workers,
    fairness,
    othersPercent: Math.max(0, ((cpu.all - cpu.ours) / cpu.available) * 100),
  };
}

async function stopAll(targets: Target[], bench: Bench, root: string): Promise<void> {
  for (const target of targets) {
    await target.stop().catch((error: unknown) => console.error(error));
    const { processes } = usageOf(0, target.dataDir);
    if (processes > 0) console.error(`${target.name} left ${processes} processes behind`);
  }
  bench.load.stop();
  bench.sink.stop();
  await rm(root, { recursive: true, force: true });
}

const [suite, ...options] = process.argv.slice(2);
if (suite === 'audit') await measureAuditSearch(await benchAudit(options));
else if (suite === 'audit-search') await measureAuditSearch(options);
else if (suite === 'import') await measureImport(options);
else await main();
