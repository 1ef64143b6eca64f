/** `npm run bench -- audit-search [--events N] [--rounds N]`: how fast a large trail is searched and handed out. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTyped, refuseTyped } from '../arguments.js';
import { median, percentile } from '../measure.js';
import { usageOf } from '../process-tree.js';
import { machineLine } from '../report.js';
import { nowMs } from '../side-process.js';
import { type Page, type SeenEvent, TrailInstallation } from './trail-installation.js';

const usage = 'bench audit-search [--events N] [--rounds N]';
const bars = { firstPageMs: 50, searchMs: 300, rowsPerSecond: 20_000, exportMegabytes: 256 };
/** What the trail is to be searched as: the size that the bars are set for. */
export const LARGE = '5000000';

/** A kind of search, its query for an event that somebody has seen, and how many pages somebody has turned before. */
type Search = [name: string, (event: SeenEvent) => Record<string, string>, turned?: number];
const searches: Search[] = [
  ['first page', () => ({})],
  ['actor', ({ actor }) => ({ actorId: actor.id ?? 'nobody' })],
  ['target', ({ target }) => ({ targetId: target?.id ?? 'nobody' })],
  ['person', ({ target }) => ({ personId: target?.id ?? 'nobody' })],
  ['a common action', () => ({ action: 'session.created' })],
  ['a rare action', () => ({ action: 'practice.opened' })],
  ['an action nobody took', () => ({ action: 'user.erased' })],
  ['outcome', () => ({ outcome: 'refused' })],
  ['an outcome that is not there', () => ({ outcome: 'failed' })],
  ['address', ({ sourceAddress }) => ({ sourceAddress: sourceAddress ?? '192.0.2.1' })],
  ['up to a time', ({ at }) => ({ to: at })],
  ['from a time', ({ at }) => ({ from: at })],
  ['one hour', ({ at }) => ({ from: at, to: new Date(Date.parse(at) + 3_600_000).toISOString() })],
  ['person up to a time', ({ target, at }) => ({ personId: target?.id ?? 'nobody', to: at })],
  ['address up to a time', ({ sourceAddress, at }) => ({ sourceAddress: sourceAddress ?? '', to: at })],
  ['action up to a time', ({ at }) => ({ action: 'session.refused', to: at })],
  ['around an event', ({ seq }) => ({ around: String(seq) })],
  ['the event of an id', ({ id }) => ({ id })],
  ['a request', ({ requestId }) => ({ requestId: requestId ?? 'none' })],
  ['actor and action', ({ actor, action }) => ({ actorId: actor.id ?? 'nobody', action })],
  ['actor and a rare action', ({ actor }) => ({ actorId: actor.id ?? 'nobody', action: 'role.updated' })],
  ['target and outcome', ({ target }) => ({ targetId: target?.id ?? 'nobody', outcome: 'refused' })],
  ['person and action', ({ target, action }) => ({ personId: target?.id ?? 'nobody', action })],
  ['action and an outcome it never has', () => ({ action: 'session.created', outcome: 'refused' })],
  [
    'address and outcome',
    ({ sourceAddress }) => ({ sourceAddress: sourceAddress ?? '', outcome: 'refused' }),
  ],
  ['actor up to a time', ({ actor, at }) => ({ actorId: actor.id ?? 'nobody', to: at })],
  ['outcome up to a time', ({ at }) => ({ outcome: 'refused', to: at })],
  ['a rare action up to a time', ({ at }) => ({ action: 'practice.opened', to: at })],
  ['an action nobody took, up to then', ({ at }) => ({ action: 'user.erased', to: at })],
  ['page 25', () => ({ limit: '200' }), 24],
  ['page 25 of an action', () => ({ action: 'session.created', limit: '200' }), 24],
  ['page 25 up to a time', ({ at }) => ({ to: at, limit: '200' }), 24],
  ['page 25 of an outcome up to then', ({ at }) => ({ outcome: 'refused', to: at, limit: '200' }), 24],
];

/** Starts an installation of its own, fills it, and prints each figure with its bar. */
export async function measureAuditSearch(typed: string[]): Promise<void> {
  const { values } = readTyped(usage, {
    args: typed,
    options: { events: { type: 'string', default: LARGE }, rounds: { type: 'string', default: '100' } },
  });
  if (!(Number(values.events) >= 1 && Number(values.rounds) >= 1)) refuseTyped(usage);
  const root = await mkdtemp(join(tmpdir(), 'latchkey-audit-'));
  await chmod(root, 0o755);
  const installation = new TrailInstallation(root);
  process.once('SIGINT', () => void installation.stop().finally(() => process.exit(130)));
  try {
    await installation.start();
    const began = nowMs();
    await installation.fill(Number(values.events));
    console.log(machineLine('embedded', 'postgres'));
    console.log(
      `${values.events} events in one practice and 20 in each of 1,000, seeded in ${seconds(began)} s`,
    );
    for (const search of searches)
      console.log(await measureSearch(installation, search, Number(values.rounds)));
    for (const format of ['ndjson', 'csv']) console.log(await measureExport(installation, format));
    console.log(await measureVerification(installation));
  } finally {
    await installation.stop();
    await rm(root, { recursive: true, force: true });
  }
}

const seconds = (beganMs: number): string => ((nowMs() - beganMs) / 1000).toFixed(1);

/** Each time for another event, anywhere in the trail. */
async function measureSearch(
  installation: TrailInstallation,
  [name, queryOf, turned = 0]: Search,
  wanted: number,
): Promise<string> {
  const newest = (await installation.page({ limit: '1' })).items[0];
  // Turning pages takes as long as reading them.
  const rounds = turned > 0 ? Math.ceil(wanted / 10) : wanted;
  const took: number[] = [];
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    const seq = 1 + Math.floor(Math.random() * (newest?.seq ?? 1));
    const seen = (await installation.page({ around: String(seq), limit: '1' })).items[0] as SeenEvent;
    const query = queryOf(seen);
    let cursor: string | null = null;
    for (let page = 0; page < turned; page += 1) {
      const read: Page = await installation.page({ ...query, ...(cursor && { cursor }) });
      if (read.nextCursor === null) break;
      cursor = read.nextCursor;
    }
    const began = nowMs();
    found += (await installation.page({ ...query, ...(cursor && { cursor }) })).items.length;
    took.push(nowMs() - began);
  }
  const [middle, high] = [median(took), percentile(took, 0.95)];
  const bar = name === 'first page' ? bars.firstPageMs : bars.searchMs;
  const figures = `median ${middle.toFixed(1)} ms, p95 ${high.toFixed(1)} ms, ${(found / rounds).toFixed(1)} events`;
  return `${name.padEnd(34)} ${figures}  p95 < ${bar}: ${judged(high < bar)}`;
}

const judged = (met: boolean): string => (met ? 'met' : 'MISSED');

/** The product's own word on the trail that was measured: one that does not verify would say nothing of real ones. */
async function measureVerification(installation: TrailInstallation): Promise<string> {
  const began = nowMs();
  const found = await (await installation.get('/audit-events/verification')).json();
  const { events, signed, intact } = found as { events: number; signed: number; intact: boolean };
  const rate = events / ((nowMs() - began) / 1000);
  return `${'verification'.padEnd(34)} ${events} events, ${signed} signed, ${rate.toFixed(0)}/s  intact: ${judged(intact)}`;
}

/** A whole export, counted by its lines; what the processes take meanwhile is looked at four times a second. */
async function measureExport(installation: TrailInstallation, format: string): Promise<string> {
  const usage = () => usageOf(installation.pid, installation.dataDir);
  const before = usage();
  let most = before.pssMegabytes;
  const watch = setInterval(() => {
    most = Math.max(most, usage().pssMegabytes);
  }, 250);
  const began = nowMs();
  let lines = 0;
  const { body } = await installation.get(`/audit-events/export?format=${format}`);
  for await (const piece of body as AsyncIterable<Uint8Array>) {
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1;
  }
  clearInterval(watch);
  const cpuMicroseconds = ((usage().cpuSeconds - before.cpuSeconds) / lines) * 1e6;
  const rate = lines / ((nowMs() - began) / 1000);
  const grown = most - before.pssMegabytes;
  return [
    `${`export ${format}`.padEnd(34)} ${lines} lines, ${rate.toFixed(0)}/s`,
    `CPU ${cpuMicroseconds.toFixed(0)} µs a line with database`,
    `memory of all processes +${grown.toFixed(0)} MB  >= ${bars.rowsPerSecond}/s: ${judged(rate >= bars.rowsPerSecond)}`,
    `+${bars.exportMegabytes} MB at most: ${judged(grown <= bars.exportMegabytes)}`,
  ].join(', ');
}
