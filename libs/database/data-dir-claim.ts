import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { isAlive } from './postmaster.js';

/** Another live starter runs on the data directory. */
export class DataDirBusyError extends Error {
  /** Process id of that starter. */
  readonly holder: number;

  constructor(dataDir: string, holder: number) {
    super(
      `${dataDir} is in use by another Latchkey (process ${holder}): stop it first, or choose another DATA_DIR`,
    );
    this.name = 'DataDirBusyError';
    this.holder = holder;
  }
}

/** What is claimed, and what happens when the connection that claims it is lost. */
export interface ClaimOptions {
  url: string;
  dataDir: string;
  exclusive: boolean;
  /** For a starter: makes the server take connections at `url` again; false when somebody runs it elsewhere by now. */
  revive: () => Promise<boolean>;
  log: (line: string) => void;
}

// Session locks in the database `postgres`: first key "LK", second key starter or visitor.
const STARTER = '19531, 1';
const VISITOR = '19531, 2';
const LEAVING = 'latchkey leaving';

/**
 * A session-level advisory lock on the server, held as long as this process uses it: a starter's is exclusive,
 * visitors (commands) share theirs. It ends with the process however that dies, unlike a lock file.
 */
export class DataDirClaim {
  readonly #options: ClaimOptions;
  #client: Client;
  #reclaiming: Promise<void> | undefined;
  /** Somebody else has the server, whose business it is to stop it. */
  #isLost = false;
  readonly #released = new AbortController();

  private constructor(options: ClaimOptions, client: Client) {
    this.#options = options;
    this.#client = client;
    this.#watch();
  }

  /** `undefined` when the server is about to stop: wait for that and start it again. @throws DataDirBusyError */
  static async take(options: ClaimOptions): Promise<DataDirClaim | undefined> {
    const client = await connectAndLock(options);
    return client && new DataDirClaim(options, client);
  }

  /**
   * Gives the claim up. True when the caller must now stop the server: it was the starter, or the last
   * visitor without a starter; nobody can claim it any more, for the locks are kept till the server ends.
   */
  async release(): Promise<boolean> {
    this.#released.abort();
    // A server that is being revived just now would otherwise outlive us.
    await Promise.race([this.#reclaiming, sleep(1000, undefined, { ref: false })]);
    if (this.#isLost) {
      return false;
    }
    try {
      const isLast = await Promise.race([this.#lockOutOthers(), this.#silence()]);
      if (!isLast) {
        await this.#client.end();
      }
      return isLast;
    } catch {
      return this.#options.exclusive;
    }
  }

  /** A server that does not answer must not delay its own end. */
  async #silence(): Promise<never> {
    await sleep(500, undefined, { ref: false });
    throw new Error('no answer');
  }

  async #lockOutOthers(): Promise<boolean> {
    await this.#client.query(`set application_name = '${LEAVING} ${process.pid}'`);
    if (this.#options.exclusive) {
      return true;
    }
    await this.#client.query(`select pg_advisory_unlock_shared(${VISITOR})`);
    return (await tryLock(this.#client, VISITOR)) && (await tryLock(this.#client, STARTER));
  }

  #watch(): void {
    this.#client.once('end', () => {
      if (this.#options.exclusive && !this.#released.signal.aborted) {
        this.#reclaiming = this.#reclaim();
      } else {
        // A visitor's server was stopped by its starter, and must not be brought back by the visitor.
        this.#isLost = true;
      }
    });
  }

  async #reclaim(): Promise<void> {
    const { log } = this.#options;
    log('the connection to the embedded PostgreSQL was lost; restoring it');
    for (let waitMs = 100; !this.#released.signal.aborted; waitMs = Math.min(waitMs * 2, 2000)) {
      try {
        if (await this.#reclaimOnce()) {
          return;
        }
      } catch (error) {
        log(`the embedded PostgreSQL is not back: ${(error as Error).message}`);
      }
      await sleep(waitMs, undefined, { signal: this.#released.signal }).catch(() => undefined);
    }
  }

  /** Whether that is settled, one way or the other. */
  async #reclaimOnce(): Promise<boolean> {
    try {
      this.#isLost = !(await this.#options.revive());
    } catch (error) {
      if (this.#released.signal.aborted) {
        return true;
      }
      throw error;
    }
    if (this.#isLost) {
      this.#options.log(
        'another Latchkey runs the embedded PostgreSQL on another port now: restart this one',
      );
      return true;
    }
    const client = await connectAndLock(this.#options).catch((error: unknown) => {
      this.#isLost = error instanceof DataDirBusyError;
      throw error;
    });
    if (client !== undefined) {
      this.#client = client;
      this.#watch();
    }
    return client !== undefined;
  }
}

async function connectAndLock(options: ClaimOptions): Promise<Client | undefined> {
  const kind = options.exclusive ? 'starter' : 'visitor';
  const client = new Client({
    connectionString: options.url,
    application_name: `latchkey ${kind} ${process.pid}`,
    connectionTimeoutMillis: 5000,
    query_timeout: 5000,
  });
  // An idle connection that breaks emits `error`, then `end`, which is the one acted on.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const isLocked = options.exclusive
      ? await lockAsStarter(client, options.dataDir)
      : await lockAsVisitor(client);
    if (isLocked) {
      return client;
    }
    await client.end();
    return undefined;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function lockAsVisitor(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>(
    `select pg_try_advisory_lock_shared(${VISITOR}) as ok`,
  );
  return rows[0]?.ok === true;
}

async function lockAsStarter(client: Client, dataDir: string): Promise<boolean> {
  // A starter that was just killed leaves its session for a moment.
  for (let tries = 0; tries < 50; tries++) {
    if (await tryLock(client, STARTER)) {
      return true;
    }
    const holder = await holderOf(client);
    if (holder?.startsWith(LEAVING) === true) {
      return false;
    }
    const pid = Number(holder?.split(' ').at(-1));
    if (pid > 0 && isAlive(pid)) {
      throw new DataDirBusyError(dataDir, pid);
    }
    await sleep(100);
  }
  throw new Error(`the claim on ${dataDir} is held by a process that cannot be found`);
}

async function tryLock(client: Client, key: string): Promise<boolean> {
  const { rows } = await client.query<{ ok: boolean }>(`select pg_try_advisory_lock(${key}) as ok`);
  return rows[0]?.ok === true;
}

async function holderOf(client: Client): Promise<string | undefined> {
  const [classId, objectId] = STARTER.split(', ');
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_locks join pg_stat_activity using (pid)
      where locktype = 'advisory' and granted and mode = 'ExclusiveLock' and objsubid = 2
        and classid = ${classId} and objid = ${objectId}`,
  );
  return rows[0]?.application_name;
}
