import 'reflect-metadata';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { Client } from 'pg';
import { EmbeddedPostgres } from '#database';
import type { Event } from '../../libs/audit/appending.js';
import { GENESIS, linkHash } from '../../libs/audit/chain.js';
import { type DemoEvents, happenings } from '../../libs/audit/demo-trail.js';

const EVENTS_AT_ONCE = 20_000;
const MONTHS = 12;

/** How far a practice's chain has come. */
interface Head {
  seq: number;
  hash: Buffer;
}

/** Lines for COPY. */
interface Rows {
  audit_events: string;
  audit_personal: string;
}

/**
 * Puts a year of events into the trail of a practice, while nothing runs on the installation: by the chain's own
 * format, into the tables and months that they would stand in, but copied there by the database's owner instead of
 * appended, and with the keys made when all rows are there. Keys made so are packed more closely than those that grow.
 */
export async function loadTrail(dataDir: string, practiceCode: string, count: number): Promise<void> {
  // The server, which may be another user, reads the files by itself.
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-trail-'));
  await chmod(folder, 0o755);
  try {
    await asOwner(dataDir, async (client) => {
      // Nobody asks of each row whether its practice is there: it is.
      await client.query("set session_replication_role = 'replica'; set maintenance_work_mem = '256MB'");
      const practice = await practiceOf(client, practiceCode);
      const makeKeys = await dropKeys(client);
      await new TrailLoading(client, folder, practice).add(count);
      for (const statement of makeKeys) await client.query(statement);
      // As the server would have done by itself in the course of that year.
      await client.query('vacuum (analyze) audit_events, audit_personal');
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Waits until the running installation has signed a trail of at least so many events, as it does by itself. */
export function untilSigned(dataDir: string, practiceCode: string, events: number): Promise<void> {
  return asOwner(dataDir, async (client) => {
    const { id } = await practiceOf(client, practiceCode);
    for (;;) {
      const signed = 'select from audit_trees where practice_id = $1 and size >= $2';
      if ((await client.query(signed, [id, events])).rowCount === 1) return;
      await rest(500);
    }
  });
}

async function asOwner(dataDir: string, work: (client: Client) => Promise<void>): Promise<void> {
  const server = await EmbeddedPostgres.open({ dataDir });
  const client = new Client({ connectionString: server.adminUrl() });
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
    await server.stop();
  }
}

/** Returns the statements that make them as they were. */
async function dropKeys(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ drop: string; make: string }>(
    `with trail as (select unnest('{audit_events,audit_personal}'::regclass[]) as whole)
     select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
       format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as make
     from pg_constraint join trail on conrelid = whole where contype = 'p'
     union all
     select format('drop index %s', indexrelid::regclass), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
     from pg_index join trail on indrelid = whole where not indisprimary`,
  );
  for (const { drop } of rows) await client.query(drop);
  return rows.map(({ make }) => make);
}

interface Practice extends Head {
  id: string;
  people: string[];
}

async function practiceOf(client: Client, code: string): Promise<Practice> {
  const { rows } = await client.query<Practice>(
    `select p.practice_id as id, coalesce(h.seq, 0)::int as seq, coalesce(h.hash, $2) as hash,
       array(select u.id::text from users u where u.practice_id = p.practice_id) as people
     from practices p left join audit_heads h using (practice_id) where p.code = $1`,
    [code.replaceAll('-', ''), GENESIS],
  );
  if (!rows[0]) throw new Error(`There is no practice ${code}`);
  return rows[0];
}

/** One practice's trail as it is extended. */
class TrailLoading {
  #head: Head;

  constructor(
    private readonly client: Client,
    private readonly folder: string,
    private readonly practice: Practice,
  ) {
    this.#head = practice;
  }

  /** While the server takes one lot in, the next one is made: one core each. */
  async add(count: number): Promise<void> {
    let copied = Promise.resolve();
    for (const lot of lots(count, this.practice.people)) {
      const rows = this.#link(happenings(lot));
      await copied;
      copied = this.#copy(rows);
    }
    await copied;
    await this.client.query(
      `insert into audit_heads values ($1, $2, $3)
       on conflict (practice_id) do update set seq = excluded.seq, hash = excluded.hash`,
      [this.practice.id, this.#head.seq, this.#head.hash],
    );
  }

  /** As `audit_append` does it. */
  #link(events: readonly Event[]): Rows {
    const { id: practiceId } = this.practice;
    const rows: Rows = { audit_events: '', audit_personal: '' };
    for (const { body, facts } of events) {
      const seq = this.#head.seq + 1;
      this.#head = { seq, hash: linkHash(this.#head.hash, seq, body) };
      const { id, at, action, actor, target, outcome, requestId, changes } = JSON.parse(body);
      const columns = [practiceId, seq, id, at, action, actor.id, target?.id, outcome, body, this.#head.hash];
      rows.audit_events += lineOf([...columns, requestId, changes.userId]);
      for (const { pointer, subjectId, salt, value } of facts) {
        rows.audit_personal += lineOf([practiceId, seq, at, pointer, subjectId, salt, value]);
      }
    }
    return rows;
  }

  async #copy(rows: Rows): Promise<void> {
    for (const [table, lines] of Object.entries(rows)) {
      const file = join(this.folder, table);
      await writeFile(file, lines);
      await this.client.query(`copy ${table} from '${file}'`);
    }
  }
}

/** The year until now, evenly, in lots that follow each other. */
function* lots(count: number, people: string[]): Generator<DemoEvents> {
  const to = new Date();
  const from = new Date(to);
  from.setUTCMonth(from.getUTCMonth() - MONTHS);
  const moment = (nth: number) => new Date(from.getTime() + ((to.getTime() - from.getTime()) * nth) / count);
  for (let done = 0; done < count; done += EVENTS_AT_ONCE) {
    const until = Math.min(count, done + EVENTS_AT_ONCE);
    yield {
      count: until - done,
      from: moment(done),
      to: moment(until),
      people,
      addresses: people.length * 4,
    };
  }
}

type Cell = string | number | Buffer | null | undefined;

/** A row in COPY's text format. */
const lineOf = (cells: readonly Cell[]): string => `${cells.map(textOf).join('\t')}\n`;

function textOf(cell: Cell): string | number {
  if (cell === null || cell === undefined) return '\\N';
  if (typeof cell === 'string') return cell.replaceAll('\\', '\\\\');
  return typeof cell === 'number' ? cell : `\\\\x${cell.toString('hex')}`;
}
