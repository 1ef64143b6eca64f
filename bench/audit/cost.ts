/**
 * `npm run bench -- audit`: what the trail costs a reset, and what 64 writers make of one practice's chain; then, in an
 * installation of their own, the searches of `audit-search`.
 */
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#database';
import { readTyped, refuseTyped } from '../arguments.js';
import { type Bench, measureResets, type Run } from '../measure.js';
import { ProductTarget } from '../product-target.js';
import { SideProcess } from '../side-process.js';
import type { SinkQuestion } from '../sink.js';
import { type ResetCall, Rota } from '../target.js';
import { type AuditCost, renderAudit } from './cost-report.js';
import { LARGE } from './search.js';
import { measureWriters } from './writers.js';

const usage = 'bench audit [--practices N] [--rounds N] [--seconds N] [--events N]';
const resetsARound = 4000;
const warmUpResets = 1000;
const usersOfMany = 6;
const usersOfHot = resetsARound + 2;

/** The product on a server and database of its own. */
interface Side {
  target: ProductTarget;
  populations: Map<string, Rota<ResetCall>>;
  hotPractice: string;
}

interface AuditOptions {
  practices: number;
  rounds: number;
  seconds: number;
  events: number;
}

function readOptions(args: string[]): AuditOptions {
  const { values } = readTyped(usage, {
    args,
    options: {
      practices: { type: 'string', default: '1000' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '60' },
      events: { type: 'string', default: LARGE },
    },
  });
  const options = {
    practices: Number(values.practices),
    rounds: Number(values.rounds),
    seconds: Number(values.seconds),
    events: Number(values.events),
  };
  return Object.values(options).every((value) => value >= 1) ? options : refuseTyped(usage);
}

/** Returns what the searches that follow are asked for. */
export async function benchAudit(args: string[]): Promise<string[]> {
  const options = readOptions(args);
  const root = await mkdtemp(join(tmpdir(), 'latchkey-bench-audit-'));
  // The database servers' user must be able to enter.
  await chmod(root, 0o755);
  const bench: Bench = { load: new SideProcess('./load.js'), sink: new SideProcess('./sink.js') };
  const targets: ProductTarget[] = [];
  const stop = async () => {
    for (const target of targets) await target.stop();
    bench.load.stop();
    bench.sink.stop();
    await rm(root, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  try {
    const smtpUrl = `smtp://127.0.0.1:${await bench.sink.ask<number>({ ask: 'listen' } satisfies SinkQuestion)}`;
    for (const name of ['audited', 'silent']) {
      await mkdir(join(root, name));
      targets.push(new ProductTarget(join(root, name), smtpUrl));
    }
    const [audited, silent] = targets as [ProductTarget, ProductTarget];
    const sides: [Side, Side] = [await prepare(audited, options), await prepare(silent, options)];
    await silence(silent);
    const costs = await measureCosts(bench, sides, options.rounds);
    console.error(`64 writers on one practice for ${options.seconds} s`);
    console.log(renderAudit(costs, await measureWriters(audited, sides[0].hotPractice, options.seconds)));
  } finally {
    await stop();
  }
  return ['--events', String(options.events)];
}

async function prepare(target: ProductTarget, { practices }: AuditOptions): Promise<Side> {
  console.error(`starting and filling ${target.dataDir}`);
  await target.start();
  // Each user once a round: few practices have more users each.
  const usersEach = Math.max(usersOfMany, Math.ceil(resetsARound / practices) + 2);
  const many = await target.add(practices, usersEach);
  const hot = await target.add(1, usersOfHot);
  const populations = new Map([
    [`${practices} practices`, Rota.over(many.resets)],
    ['one hot practice', Rota.over(hot.resets)],
  ]);
  return { target, populations, hotPractice: hot.practices[0]?.practiceId ?? '' };
}

/** No switch of the product's: only somebody who owns the database can put such a function in its place. */
async function silence({ dataDir }: ProductTarget): Promise<void> {
  const server = await EmbeddedPostgres.open({ dataDir });
  const client = new Client({ connectionString: server.adminUrl() });
  await client.connect();
  await client.query(`
    do $$ declare parameters text; begin
      select pg_get_function_arguments(oid) into strict parameters from pg_proc where proname = 'audit_append';
      execute format('create or replace function audit_append(%s) returns void language plpgsql
        security definer set search_path = public, pg_temp as ''begin end''', parameters);
    end $$`);
  await client.end();
  await server.stop();
}

async function measureCosts(bench: Bench, sides: [Side, Side], rounds: number): Promise<AuditCost[]> {
  const costs: AuditCost[] = [];
  for (const name of sides[0].populations.keys()) {
    const cost: AuditCost = { name, audited: [], silent: [] };
    for (const side of sides) await resetsOf(bench, side, name, warmUpResets);
    for (let round = 1; round <= rounds; round++) {
      console.error(`round ${round} of ${rounds}: ${name}`);
      // Each side is first in turn.
      for (const nth of round % 2 === 1 ? ([0, 1] as const) : ([1, 0] as const)) {
        const run = await resetsOf(bench, sides[nth], name, resetsARound);
        cost[nth === 0 ? 'audited' : 'silent'].push(run);
      }
    }
    costs.push(cost);
  }
  return costs;
}

function resetsOf(bench: Bench, { target, populations }: Side, name: string, count: number): Promise<Run> {
  const rota = populations.get(name);
  if (!rota) throw new Error(`nobody was seeded for ${name}`);
  const { pid, dataDir, baseUrl } = target;
  const asked = { pid, dataDir, baseUrl, resets: (some: number) => rota.take(some) };
  return measureResets(bench, asked, { count, concurrency: 32 });
}
