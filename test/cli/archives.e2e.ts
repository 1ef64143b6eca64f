import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedPostgres } from '../../libs/database/index.js';
import { secondOpinionOfAll, secondOpinionOfProof } from '../audit/second-verifier.js';
import { runHere } from '../support/commands.js';
import { forged, stolenKey } from '../support/forger.js';
import { run, useInstallationFolder } from '../support/processes.js';

const YEAR = 31_557_600;
const MONTH = 31 * 86_400;
const files = mkdtempSync(join(tmpdir(), 'latchkey-archives-'));
const archives = join(files, 'archives');
const key = join(files, 'public.pem');
const folder = useInstallationFolder();
const latchkey = (...args: string[]) => runHere(args, { DATA_DIR: folder.dataDir });
const good = async (...args: string[]) => {
  const { status, stdout, stderr } = await latchkey(...args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
};

let server: EmbeddedPostgres | undefined;
let practiceId = '';
beforeAll(async () => {
  await latchkey('migrate');
  server = await EmbeddedPostgres.open({ dataDir: folder.dataDir });
  const size = ['--practices', '2', '--users', '3', '--audit-events', '60'];
  const rest = ['--password', 'a walnut desk', '--answer', 'Elm', '--json'];
  const seeded = await good('demo', 'seed', ...size, ...rest);
  practiceId = JSON.parse(seeded).practices[0].practiceId;
  writeFileSync(key, await good('audit', 'key'));
});
afterAll(async () => {
  await server?.stop();
  rmSync(files, { recursive: true });
});

async function admin<Row>(sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: server?.adminUrl() ?? '' });
  await client.connect();
  try {
    return (await client.query(sql.replaceAll('$practice', OWN))).rows as Row[];
  } finally {
    await client.end();
  }
}
const OWN = '(select practice_id from practices order by created_at limit 1)';
/** Until the month that runs, by the installation's clock. */
const newest = async () => {
  const [row] = await admin<{ day: string }>(
    `select to_char(date_trunc('month', (now() + make_interval(secs => offset_seconds)) at time zone 'UTC'),
       'YYYY-MM-DD') as day from clock`,
  );
  return row?.day ?? '';
};
const saying = async (...whose: string[]) =>
  ['audit', 'archive', '--output', archives, '--before', await newest()].concat(whose);
interface Told {
  archives: { file: string; from: number; to: number; removed: boolean; kept: string | null }[];
  droppedMonths: number;
}
const archived = async (...whose: string[]) =>
  JSON.parse(await good(...(await saying(...whose, '--json')))) as Told;
const archive = async () => (await archived('--practice', practiceId)).archives;
const months = () =>
  admin<{ name: string }>(`select relname as name from pg_inherits join pg_class c on c.oid = inhrelid
    where inhparent in ('audit_events'::regclass, 'audit_personal'::regclass) and relname ~ '\\d$' order by 1`);
const stored = async () => {
  const [row] = await admin<{ first: number; last: number; personal: number }>(
    `select min(seq)::int as first, max(seq)::int as last, (select min(seq)::int from audit_personal
       where practice_id = $practice) as personal from audit_events where practice_id = $practice`,
  );
  return row;
};
const exported = async (name: string) => {
  const file = join(files, name);
  await good('audit', 'export', '--practice', practiceId, '--output', file);
  return file;
};
const verified = (...names: string[]) => latchkey('audit', 'verify', ...names, '--key', key);
const secondOfAll = (names: string[], anchor?: string) => {
  const [pem, anchors] = [readFileSync(key, 'utf8'), anchor && readFileSync(anchor, 'utf8')];
  return secondOpinionOfAll(
    names.map((name) => readFileSync(name)),
    pem,
    anchors,
  );
};
const second = (file: string) => secondOfAll([file]);

describe('an archive of the trail', { timeout: 180_000 }, () => {
  /** Also an export from before anything was removed: what an auditor keeps as an anchor. */
  let [first, early] = ['', ''];
  const kept = async () => {
    const gone = await admin<{ name: string }>(
      `select concat_ws('-', '${practiceId}', lpad(from_seq::text, 12, '0'), lpad(to_seq::text, 12, '0')) as name
       from audit_archives where practice_id = $practice and removed_at is not null order by 1`,
    );
    return gone.map(({ name }) => join(archives, `${name}.ndjson`));
  };

  it('ends with the last month at the latest, and that is said', async () => {
    const said = ['--before', '2090-01-01', '--output', archives, '--practice', practiceId];
    const { status, stdout, stderr } = await run(['audit', 'archive', ...said], { DATA_DIR: folder.dataDir });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`--before may be ${await newest()} at the latest`);
    expect(await archive()).toEqual([]);
  });

  it('is a file that verifies, and takes nothing away before its time', async () => {
    await good('clock', 'advance', String(MONTH));
    const before = await stored();
    const [told, ...more] = await archive();
    expect(more).toEqual([]);
    expect(told).toMatchObject({ from: 1, to: 35, removed: false, kept: 'it is to be kept for longer' });
    first = told?.file ?? '';
    expect((await verified(first)).stdout).toContain('is intact: 35 entries, signed up to 35');
    expect(second(first)).toEqual({ intact: true });
    early = await exported('early.ndjson');
    expect(await stored()).toMatchObject({ first: 1, personal: before?.personal });
    await good('clock', 'advance', String(5 * YEAR));
    expect((await archive())[0]).toMatchObject({ removed: false, kept: 'it is to be kept for longer' });
  });

  it('takes nothing away under a hold, nor when its file is not what was archived', async () => {
    await good('clock', 'advance', String(2 * YEAR));
    for (const party of ['practice', 'operators']) {
      await admin(`insert into audit_holds (practice_id, party, since, held_by, reason)
        values ($practice, '${party}', now(), 'somebody', 'Case 12')`);
      expect((await archive())[0]).toMatchObject({ removed: false, kept: 'the trail is on hold' });
      await admin('delete from audit_holds');
    }
    await admin('insert into audit_retention (practice_id, years) values ($practice, 10)');
    expect((await archive())[0]).toMatchObject({ removed: false, kept: 'it is to be kept for longer' });
    await admin('delete from audit_retention');
    const kept = readFileSync(first, 'utf8');
    rmSync(first);
    expect((await archive())[0]).toMatchObject({ removed: false, kept: 'its file is not in this folder' });
    writeFileSync(first, kept.replace('"success"', '"refused"'));
    const refused = await latchkey(...(await saying('--all')));
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain('does not verify');
    writeFileSync(first, kept);
    expect(await stored()).toMatchObject({ first: 1 });
  });

  it('then is all that is left of these entries; what stays verifies by itself and after it', async () => {
    const told = await archive();
    expect(told[0]).toMatchObject({ from: 1, to: 35, removed: true, kept: null });
    const gone = told.filter(({ removed }) => removed);
    const left = await stored();
    expect(left?.first).toBe((gone.at(-1)?.to ?? 0) + 1);
    const live = await exported('live.ndjson');
    expect((await verified(live)).stdout).toContain(`is intact after entry ${(left?.first ?? 0) - 1}`);
    expect(second(live)).toEqual({ intact: true });
    expect(await verified(...gone.map(({ file }) => file), live)).toMatchObject({ status: 0 });
    expect(await verified(live, first)).toMatchObject({ status: 1 });
    expect(await verified(first, first)).toMatchObject({ status: 1 });
    const running = await latchkey('audit', 'verify', '--practice', practiceId, '--json');
    expect(JSON.parse(running.stdout).practices[0]).toMatchObject({
      intact: true,
      // Exports are in the trail themselves.
      events: (await stored())?.last,
      archived: (left?.first ?? 0) - 1,
    });
  });

  it('verifies with anchors that know more than it holds, alone and before what goes on from it', async () => {
    const live = join(files, 'live.ndjson');
    const all = [...(await kept()), live];
    for (const anchor of [early, live]) {
      expect(await verified(...all, '--anchor', anchor)).toMatchObject({ status: 0, stderr: '' });
      expect(secondOfAll(all, anchor)).toEqual({ intact: true });
    }
    const alone = await verified(first, '--anchor', early);
    expect(alone).toMatchObject({ status: 0, stderr: '' });
    expect(alone.stdout).toMatch(
      /anchored up to 35: compared with 1 of \d+ anchors, which reach up to \d+\./,
    );
    expect(alone.stdout).toContain('The archive covers entries 1 to 35.');
    expect(secondOfAll([first], early)).toEqual({ intact: true });
  });

  it('is found out when it was rewritten with the key itself, if it is older than the anchor', async () => {
    const [row] = await admin<{ sealed: string }>('select sealed from audit_key');
    const thief = stolenKey(readFileSync(join(folder.dataDir, 'keys'), 'utf8'), row?.sealed ?? '');
    const rewritten = join(files, 'rewritten.ndjson');
    writeFileSync(rewritten, forged(readFileSync(first, 'utf8'), 7, thief));
    expect(await verified(rewritten)).toMatchObject({ status: 0 });
    expect(second(rewritten)).toEqual({ intact: true });
    const [, ...rest] = [...(await kept()), join(files, 'live.ndjson')];
    for (const names of [[rewritten], [rewritten, ...rest]]) {
      const told = await verified(...names, '--anchor', early);
      expect(told).toMatchObject({ status: 1 });
      expect(told.stdout).toContain('The first bad entry is one of 1 to 35');
      expect(secondOfAll(names, early)).toMatchObject({ intact: false, from: 1, to: 35 });
    }
  });

  it('cannot stand for a trail whose end was cut: an export that does not say so is no archive', async () => {
    const live = join(files, 'live.ndjson');
    const later = await exported('later.ndjson');
    const cut = await verified(...(await kept()), live, '--anchor', later);
    expect(cut).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('although an anchor knows them'),
    });
    expect(secondOfAll([...(await kept()), live], later)).toMatchObject({ intact: false });
  });

  it('is in the trail: what was archived and removed, under which hash', async () => {
    const events = await admin<{ action: string; body: string }>(
      `select action, body from audit_events where practice_id = $practice
         and action in ('audit.archived', 'audit.removed') order by seq`,
    );
    const changes = events.map(({ action, body }) => ({ action, ...JSON.parse(body).changes }));
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(changes).toContainEqual({ action: 'audit.removed', from: 1, to: 35, sha256 });
    const digest = createHash('sha256').update(readFileSync(first)).digest('hex');
    expect(changes.find(({ action }) => action === 'audit.removed')?.sha256).toBe(digest);
  });

  it('goes on where the one before has ended, and what is proved out of either stands', async () => {
    await good('clock', 'advance', String(7 * YEAR));
    // The export and the verifications since have signed the trail at several places.
    const { archives: told } = await archived('--practice', practiceId, '--most', '1');
    expect(told.length).toBeGreaterThan(1);
    expect(told.slice(1).map(({ from }) => from)).toEqual(told.slice(0, -1).map(({ to }) => to + 1));
    expect(await verified(...told.map(({ file }) => file))).toMatchObject({ status: 0 });
    const last = told.at(-1);
    const b = last?.file ?? '';
    expect(told.map(({ removed }) => removed)).toContain(true);
    expect(await verified(b)).toMatchObject({ status: 0 });
    expect(second(b)).toEqual({ intact: true });
    const proof = await good('audit', 'prove', b, '--event', String(last?.to));
    expect(secondOpinionOfProof(proof, readFileSync(key, 'utf8'))).toEqual({ intact: true });
    const proofFile = join(files, 'proof.json');
    writeFileSync(proofFile, proof);
    expect(await verified(proofFile)).toMatchObject({ status: 0 });
    for (const change of [
      (text: string) => text.replace('"seq":', '"seq":1'),
      (text: string) => text.replace(/"edge":\["[^"]+"/, (edge) => edge.replace(/.{3}"$/, 'AA="')),
      (text: string) =>
        text.replace(/"hash":"./, (start) => `${start.slice(0, -1)}${start.endsWith('0') ? 1 : 0}`),
    ]) {
      const forged = join(files, 'forged.ndjson');
      writeFileSync(forged, change(readFileSync(b, 'utf8')));
      expect((await verified(forged)).status).toBe(1);
      expect(second(forged)).toMatchObject({ intact: false });
    }
  });

  it('leaves no month behind once all practices have emptied it, and each that one still needs', async () => {
    const before = await months();
    expect(await archived('--practice', practiceId)).toMatchObject({ droppedMonths: 0 });
    expect(await months()).toEqual(before);
    // The last ones: they were written since, and are as old as the month before.
    const { archives, droppedMonths } = await archived('--all');
    expect(archives.some(({ removed }) => removed)).toBe(true);
    const after = await months();
    expect(droppedMonths).toBeGreaterThanOrEqual(12);
    expect(after).toHaveLength(before.length - 2 * droppedMonths);
    const left = await admin<{ unforced: number }>(
      "select count(*)::int as unforced from pg_class where relname ~ '^audit_(events|personal)' and relkind = 'r' and not relforcerowsecurity",
    );
    expect(left).toEqual([{ unforced: 0 }]);
    expect(await latchkey('audit', 'verify')).toMatchObject({ status: 0 });
  });

  it('cannot be made up: what the trail is said to go on from is under the next signature', async () => {
    await admin(`update audit_archives set edge = set_byte(edge, 0, get_byte(edge, 0) # 1)
      where practice_id = $practice and removed_at is not null`);
    const live = await exported('forged-base.ndjson');
    expect((await verified(live)).status).toBe(1);
    expect(second(live)).toMatchObject({ intact: false });
    expect((await latchkey('audit', 'verify', '--practice', practiceId)).status).toBe(1);
  });
});

describe('taking entries away', () => {
  it('is for nobody who runs: neither API, nor worker, nor the platform’s auditor', async () => {
    for (const [login, role] of [
      ['latchkey_api_login', 'latchkey_api'],
      ['latchkey_worker_login', 'latchkey_worker'],
      ['latchkey_auditor_login', 'latchkey_auditor'],
    ]) {
      const client = new Client({ connectionString: server?.loginUrl(login ?? '') ?? '' });
      await client.connect();
      await client.query(`set role ${role}`);
      await expect(client.query('select audit_remove(1)')).rejects.toMatchObject({ code: '42501' });
      await expect(client.query('set role latchkey_archivist')).rejects.toMatchObject({ code: '42501' });
      await client.end();
    }
  });
});
