import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A way to PostgreSQL that can lose the answer to a COMMIT and the connection with it, or fall silent. */
export class LossyWay {
  readonly #server: Server;
  #goal: URL | undefined;
  #losing = false;
  /** Whose end is told to the client. */
  readonly #upstreams = new Set<Socket>();

  private constructor() {
    this.#server = createServer((client) => {
      const upstream = connect(Number(this.#goal?.port), this.#goal?.hostname);
      let committing = false;
      client.on('data', (sent) => {
        if (this.#losing && sent.includes('commit\0')) [this.#losing, committing] = [false, true];
        upstream.write(sent);
      });
      upstream.on('data', (answer) => {
        if (!committing) client.write(answer);
        else if (answer.includes('COMMIT\0')) client.destroy();
      });
      for (const end of [client, upstream]) end.on('error', () => undefined);
      this.#upstreams.add(upstream);
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => this.#upstreams.delete(upstream) && client.destroy());
    });
  }

  static async open(): Promise<LossyWay> {
    const way = new LossyWay();
    await once(way.#server.listen(0, '127.0.0.1'), 'listening');
    return way;
  }

  /** The address that leads to this database. */
  to(databaseUrl: string): string {
    this.#goal = new URL(databaseUrl);
    const here = new URL(databaseUrl);
    here.host = `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return here.href;
  }

  /** The next COMMIT is carried out, and whoever asked for it never learns so. */
  loseNextCommit(): void {
    this.#losing = true;
  }

  /** As when the server's host loses its power: no connection that there is says anything more, or ends. */
  fallSilent(): void {
    for (const upstream of this.#upstreams) {
      this.#upstreams.delete(upstream);
      upstream.destroy();
    }
  }

  close(): void {
    this.#server.close();
  }
}
