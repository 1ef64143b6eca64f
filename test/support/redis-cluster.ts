import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '../chaos/patience.js';
import { selfSigned } from './certificate.js';
import { freePort } from './free-port.js';
import { startRedis, type TestRedis } from './redis.js';

const SIZE = 3;
const SLOTS = 16_384;
/** A node that is silent for this long counts as lost. */
const NODE_TIMEOUT_MILLISECONDS = 1_000;
/** What every node asks for. */
export const NODE_PASSWORD = 'a-word-between-nodes';

interface Node {
  readonly folder: string;
  readonly port: number;
  readonly busPort: number;
  redis: TestRedis;
}

type Options = Record<string, string>;

/** A Redis Cluster of masters without replicas, each node a `redis-server` on loopback that asks for a password. */
export class TestRedisCluster {
  readonly nodes: Node[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'latchkey-redis-'));
  readonly #options: Options = {
    'cluster-enabled': 'yes',
    'cluster-node-timeout': `${NODE_TIMEOUT_MILLISECONDS}`,
    requirepass: NODE_PASSWORD,
  };
  /** Whoever talks to it by TLS trusts this file. */
  readonly authority = join(this.#folder, 'certificate.pem');

  private constructor(readonly tls: boolean) {
    if (!tls) return;
    const { key, cert } = selfSigned();
    const keyFile = join(this.#folder, 'key.pem');
    writeFileSync(keyFile, key);
    writeFileSync(this.authority, cert);
    Object.assign(this.#options, {
      'tls-cert-file': this.authority,
      'tls-key-file': keyFile,
      'tls-ca-cert-file': this.authority,
      'tls-auth-clients': 'no',
      'tls-cluster': 'yes',
    });
  }

  static async open({ tls = false } = {}): Promise<TestRedisCluster> {
    const cluster = new TestRedisCluster(tls);
    for (let nth = 0; nth < SIZE; nth += 1) await cluster.#add(nth);
    await cluster.#join();
    return cluster;
  }

  /** As a deployment names them: some of the nodes, by a name that they themselves do not know. */
  urlWithout(absent: number): string {
    const protocol = this.tls ? 'rediss' : 'redis';
    return this.nodes
      .filter((_, nth) => nth !== absent)
      .map(({ port }) => `${protocol}://:${NODE_PASSWORD}@localhost:${port}`)
      .join(',');
  }

  /** Which node has this key. */
  async holderOf(key: string): Promise<number> {
    return this.#ask(0, async (client) => {
      const slot = await client.cluster('KEYSLOT', key);
      return this.nodes.findIndex((_, nth) => slot < firstSlotOf(nth + 1));
    });
  }

  /** How many keys a node has. */
  keysOf = (nth: number): Promise<number> => this.#ask(nth, (client) => client.dbsize());

  /** `kill -9`: its keys are gone, its slots belong to nobody who answers. */
  kill = (nth: number): Promise<void> => this.#node(nth).redis.kill();

  /** On the same port and with its old name in the cluster, but empty; resolves when all slots are served. */
  async startAgain(...which: number[]): Promise<void> {
    for (const nth of which) this.#node(nth).redis = await this.#start(this.#node(nth));
    await this.#agreed('ok');
  }

  /** Resolves once everybody who is left has noticed that slots are served by nobody. */
  noticed = (lost: number): Promise<void> => this.#agreed('fail', lost);

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ redis }) => redis.stop()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #add(nth: number): Promise<void> {
    const folder = join(this.#folder, `${nth}`);
    mkdirSync(folder);
    const place = { folder, port: await freePort(), busPort: await freePort() };
    this.nodes.push({ ...place, redis: await this.#start(place) });
  }

  #start({ folder, port, busPort }: Omit<Node, 'redis'>): Promise<TestRedis> {
    // The bus is 10 000 above the port by default, which may be no port at all.
    const own = { dir: folder, 'cluster-port': `${busPort}` };
    const wire: Options = this.tls ? { port: '0', 'tls-port': `${port}` } : {};
    const options = Object.entries({ ...this.#options, ...own, ...wire });
    return startRedis({ port, options: options.flatMap(([name, value]) => [`--${name}`, value]) });
  }

  async #join(): Promise<void> {
    const first = this.#node(0);
    for (const nth of this.nodes.keys()) {
      await this.#ask(nth, async (client) => {
        await client.cluster('ADDSLOTSRANGE', firstSlotOf(nth), firstSlotOf(nth + 1) - 1);
        if (nth > 0) await client.call('cluster', 'MEET', '127.0.0.1', first.port, first.busPort);
      });
    }
    await this.#agreed('ok');
  }

  async #agreed(state: 'ok' | 'fail', lost?: number): Promise<void> {
    for (const nth of this.nodes.keys()) {
      if (nth === lost) continue;
      await until(`node ${nth} says ${state}`, () =>
        this.#ask(nth, async (client) => (await client.cluster('INFO')).includes(`cluster_state:${state}`)),
      );
    }
  }

  #node(nth: number): Node {
    const node = this.nodes[nth];
    if (!node) throw new RangeError(`There is no node ${nth}`);
    return node;
  }

  async #ask<T>(nth: number, question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(this.#node(nth).port, '127.0.0.1', {
      password: NODE_PASSWORD,
      ...(this.tls && { tls: { ca: readFileSync(this.authority) } }),
    });
    try {
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
}

const firstSlotOf = (nth: number): number => Math.floor((SLOTS * nth) / SIZE);
