import { Client } from 'pg';

/** Hears one NOTIFY channel. Its URL must reach PostgreSQL directly: a pooler such as PgBouncer forgets LISTEN. */
export class Listener {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  /** Calls `heard` at every notification and `lost` when the connection is gone; nothing reconnects by itself. */
  static async open(url: string, channel: string, heard: () => void, lost: () => void): Promise<Listener> {
    const client = new Client({ connectionString: url, keepAlive: true });
    client.on('notification', heard);
    client.on('error', lost);
    await client.connect();
    await client.query(`listen ${client.escapeIdentifier(channel)}`);
    return new Listener(client);
  }

  async close(): Promise<void> {
    await this.#client.end();
  }
}
