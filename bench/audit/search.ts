/** `npm run bench -- audit-search [--events N] [--rounds N]`: how fast a large trail is searched and handed out. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { median, percentile } from '../measure.js';
import { usageOf } from '../process-tree.js';
import { machineLine } from '../report.js';
import { nowMs } from '../side-process.js';
import { type SeenEvent, TrailInstallation } from './trail-installation.js';

const bars = { firstPageMs: 50, searchMs: 300, rowsPerSecond: 20_000 };

/** A kind of search, and its query for an event that somebody has seen. */
type Search = [name: string, (event: SeenEvent) => Record<string, string>];
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
];

/** Starts an installation of its own, fills it, and prints each figure with its bar. */
export async function measureAuditSearch(typed: string[]): Promise<void> {
  const { values } = parseArgs({
    args: typed,
    options: { events: { type: 'string', default: '200000' }, rounds: { type: 'string', default: '100' } },
  });
  const root = await mkdtemp(join(tmpdir(), 'latchkey-audit-'));
  await chmod(root, 0o755);
  const installation = new TrailInstallation(root);
  process.once('SIGINT', () => void installation.stop().finally(() => process.exit(130)));
  try {
    await installation.start();
    const began = nowMs();
    await installation.fill(Number(values.events));
    console.log(machineLine('embedded'));
    console.log(
      `${values.events} events in one practice and 20 in each of 1,000, seeded in ${seconds(began)} s`,
    );
    for (const search of searches)
      console.log(await measureSearch(installation, search, Number(values.rounds)));
    for (const format of ['ndjson', 'csv']) console.log(await measureExport(installation, format));
  } finally {
    await installation.stop();
    await rm(root, { recursive: true, force: true });
  }
}

const seconds = (beganMs: number): string => ((nowMs() - beganMs) / 1000).toFixed(1);

/** Each time for another event, anywhere in the trail. */
async function measureSearch(
  installation: TrailInstallation,
  [name, queryOf]: Search,
  rounds: number,
): Promise<string> {
  const [newest] = await installation.page({ limit: '1' });
  const took: number[] = [];
  let found = 0;
  for (let round = 0; round < rounds; round += 1) {
    const seq = 1 + Math.floor(Math.random() * (newest?.seq ?? 1));
    const [seen] = await installation.page({ around: String(seq), limit: '1' });
    const began = nowMs();
    found += (await installation.page(queryOf(seen as SeenEvent))).length;
    took.push(nowMs() - began);
  }
  const [middle, high] = [median(took), percentile(took, 0.95)];
  const bar = name === 'first page' ? bars.firstPageMs : bars.searchMs;
  const figures = `median ${middle.toFixed(1)} ms, p95 ${high.toFixed(1)} ms, ${(found / rounds).toFixed(1)} events`;
  return `${name.padEnd(30)} ${figures}  p95 < ${bar}: ${high < bar ? 'met' : 'MISSED'}`;
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
  const judged = rate >= bars.rowsPerSecond ? 'met' : 'MISSED';
  return `${`export ${format}`.padEnd(30)} ${lines} lines, ${rate.toFixed(0)}/s, CPU ${cpuMicroseconds.toFixed(0)} µs a line with database, memory of all processes +${(most - before.pssMegabytes).toFixed(0)} MB  >= ${bars.rowsPerSecond}/s: ${judged}`;
}
