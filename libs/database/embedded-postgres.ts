import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { DataDirClaim } from './data-dir-claim.js';
import { stopPostmaster } from './postmaster.js';
import { ensureCluster } from './server-cluster.js';
import { prepareServerFiles, type ServerFiles } from './server-files.js';
import { ensureRunning, type LaunchOptions } from './server-process.js';

const ADMIN = 'latchkey_admin';
const DATABASE = 'latchkey';
const CLAIM_SECONDS = 30;

/** How to open a data directory's server. */
export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (line: string) => void;
  maxConnections?: number;
  /** Server settings, by PostgreSQL's names, for a server that does not run yet. */
  settings?: Record<string, string>;
  /** Whether this is the starter, of which a data directory has one; a command is a visitor. */
  exclusive?: boolean;
}

/** The real PostgreSQL server from npm, with its cluster under a data directory, on a free port of 127.0.0.1. */
export class EmbeddedPostgres {
  readonly port: number;
  readonly #files: ServerFiles;
  readonly #claim: DataDirClaim;

  private constructor(files: ServerFiles, claim: DataDirClaim, port: number) {
    this.#files = files;
    this.#claim = claim;
    this.port = port;
  }

  /**
   * Starts the server of `dataDir`, or adopts the one that a killed starter left. While a starter has it open,
   * the server is restarted on its port should it die.
   * @throws DataDirBusyError when another live starter owns it.
   */
  static async open(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const { dataDir, log = () => undefined, exclusive = false } = options;
    const files = await prepareServerFiles(dataDir, log).catch((error: unknown) => {
      throw explained(error, dataDir);
    });
    await ensureCluster(files, ADMIN, derivedPassword(files, ADMIN));
    const settings = { ...options.settings };
    if (options.maxConnections !== undefined) {
      settings['max_connections'] = String(options.maxConnections);
    }
    const { claim, port } = await claimServer(files, { settings, log }, exclusive);
    const server = new EmbeddedPostgres(files, claim, port);
    await server.#createDatabase();
    return server;
  }

  /** URL of the owner, a superuser. */
  adminUrl(database = DATABASE): string {
    return this.loginUrl(ADMIN, database);
  }

  /** URL for a login that was created with `passwordFor(login)`. */
  loginUrl(login: string, database = DATABASE): string {
    return urlOf(this.#files, login, { port: this.port, database });
  }

  /** The password of a login: derived from the server's secret, so the same after every restart. */
  passwordFor(login: string): string {
    return derivedPassword(this.#files, login);
  }

  /**
   * Gives the server up. A starter stops it, a visitor only when nobody else uses it: sessions are cut, and
   * after `withinSeconds` it is ended at once, without losing anything committed.
   */
  async stop(withinSeconds = 3): Promise<void> {
    if (await this.#claim.release()) {
      await stopPostmaster(this.#files.cluster, withinSeconds);
    }
  }

  async #createDatabase(): Promise<void> {
    const client = new Client({ connectionString: this.adminUrl('postgres') });
    await client.connect();
    try {
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) {
        await client.query(`create database ${DATABASE}`);
      }
    } catch (error) {
      // 42P04 and 23505: somebody who opens the server at the same time was faster.
      if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) {
        throw error;
      }
    } finally {
      await client.end();
    }
  }
}

/** Runs and claims the server, beginning again while an earlier user of it is just stopping it. */
async function claimServer(
  files: ServerFiles,
  launch: LaunchOptions,
  exclusive: boolean,
): Promise<{ claim: DataDirClaim; port: number }> {
  const giveUpAt = performance.now() + CLAIM_SECONDS * 1000;
  for (;;) {
    const { port } = await ensureRunning(files, launch);
    const revive = async (): Promise<boolean> =>
      (await ensureRunning(files, { ...launch, port })).port === port;
    const url = urlOf(files, ADMIN, { port, database: 'postgres' });
    try {
      const claim = await DataDirClaim.take({
        url,
        dataDir: files.dataDir,
        exclusive,
        revive,
        log: launch.log,
      });
      if (claim !== undefined) {
        return { claim, port };
      }
      if (performance.now() > giveUpAt) {
        throw new Error(`another Latchkey has been stopping the server of ${files.dataDir} for too long`);
      }
    } catch (error) {
      if (!isPassing(error) || performance.now() > giveUpAt) {
        throw explained(error, files.dataDir);
      }
    }
    await sleep(50);
  }
}

/** Refused, cut, starting or stopping (SQLSTATE 57P01 to 57P03), or out of connections: a moment later it may be well. */
function isPassing(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|57P0[1-3]|53300)$/.test(code ?? '') ||
    /Connection terminated/.test(message ?? '')
  );
}

function explained(error: unknown, dataDir: string): unknown {
  const { code } = error as { code?: string };
  if (code === 'EACCES' || code === 'EPERM') {
    return new Error(`DATA_DIR ${dataDir} belongs to another user, who started Latchkey there before`, {
      cause: error,
    });
  }
  if (code === '28P01') {
    return new Error(`${dataDir}/postgres.secret is not the one that the database was made with`, {
      cause: error,
    });
  }
  return error;
}

function urlOf(files: ServerFiles, login: string, at: { port: number; database: string }): string {
  const password = derivedPassword(files, login);
  return `postgresql://${encodeURIComponent(login)}:${password}@127.0.0.1:${at.port}/${encodeURIComponent(at.database)}`;
}

function derivedPassword(files: ServerFiles, login: string): string {
  return createHmac('sha256', files.secret).update(login).digest('base64url');
}
