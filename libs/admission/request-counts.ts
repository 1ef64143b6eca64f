import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';
import { KeyRing, keyedDigest } from '#secrets';

/** What this process has counted reaches the database, and comes back with everybody else's, this often. */
const EVERY_MILLISECONDS = 250;
/** Addresses remembered at most; the longest unseen give way. */
const REMEMBERED = 100_000;

interface Count {
  digest: Buffer;
  endsAt: number;
  /** As far as this process knows, with `unsent`. */
  total: number;
  unsent: number;
  /** Whether the database has told its total since this process remembers the subject. */
  told: boolean;
}

/**
 * Counts requests in fixed windows, for all processes together. Each counts in memory and settles with the
 * database a few times a second, in one statement for all subjects: no request waits for it, and no row is
 * fought over. While the database does not answer, the process goes by what it has counted itself.
 */
@Injectable()
export class RequestCounts implements BeforeApplicationShutdown {
  readonly #counts = new Map<string, Count>();
  #settling: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #settledAt = 0;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  add(subject: readonly string[], windowSeconds: number): void {
    const count = this.#count(subject, windowSeconds);
    count.total += 1;
    count.unsent += 1;
    this.#settleSoon();
  }

  of(subject: readonly string[], windowSeconds: number): { count: number; endsInSeconds: number } {
    const { total, endsAt } = this.#count(subject, windowSeconds);
    const milliseconds = endsAt - this.database.timeNearby.getTime();
    return { count: total, endsInSeconds: Math.max(1, Math.ceil(milliseconds / 1_000)) };
  }

  /** Learns what time it is, unless that was learnt just now: within a window no count ever falls. */
  async confirm(): Promise<void> {
    if (Date.now() - this.#settledAt >= EVERY_MILLISECONDS) await this.#settle();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#open().length > 0) await this.#settle();
  }

  #count(subject: readonly string[], windowSeconds: number): Count {
    const milliseconds = windowSeconds * 1_000;
    const window = Math.floor(this.database.timeNearby.getTime() / milliseconds);
    const key = [window, ...subject].join(' ');
    const known = this.#counts.get(key);
    if (known) return known;
    const digest = keyedDigest(this.keys, 'limit-digest', String(window), ...subject);
    const count: Count = { digest, endsAt: (window + 1) * milliseconds, total: 0, unsent: 0, told: false };
    if (this.#counts.size >= REMEMBERED) this.#counts.delete(this.#counts.keys().next().value as string);
    this.#counts.set(key, count);
    // Another process, or the one before this, may have counted it already.
    this.#settleSoon();
    return count;
  }

  #settleSoon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#settle();
    }, EVERY_MILLISECONDS).unref();
  }

  #settle(): Promise<void> {
    this.#settling ??= this.#exchange()
      .catch((error: unknown) => this.log.warn({ err: safeError(error) }, 'request counts are not shared'))
      .finally(() => {
        this.#settledAt = Date.now();
        this.#settling = undefined;
      });
    return this.#settling;
  }

  #open(): Count[] {
    return [...this.#counts.values()].filter(({ unsent, told }) => unsent > 0 || !told);
  }

  async #exchange(): Promise<void> {
    const sent = this.#open().map((count) => ({ count, added: count.unsent }));
    for (const { count } of sent) count.unsent = 0;
    try {
      const rows = await this.#send(sent);
      const totals = new Map(rows.map(({ subject, total }) => [subject.toString('hex'), total]));
      for (const { count } of sent) {
        const told = totals.get(count.digest.toString('hex')) ?? 0;
        count.total = Math.max(count.total, told + count.unsent);
        count.told = true;
      }
    } catch (error) {
      for (const { count, added } of sent) count.unsent += added;
      throw error;
    }
    const now = this.database.timeNearby.getTime();
    for (const [key, { endsAt }] of this.#counts) if (endsAt <= now) this.#counts.delete(key);
  }

  #send(sent: { count: Count; added: number }[]): Promise<{ subject: Buffer; total: number }[]> {
    return this.database.outsidePractice(async () => {
      await this.database.begun;
      if (sent.length === 0) return [];
      return this.database.sql(EXCHANGE, [
        sent.map(({ count }) => count.digest),
        sent.map(({ count }) => new Date(count.endsAt)),
        sent.map(({ added }) => added),
      ]);
    });
  }
}

/** In order, so that two processes never wait for each other. */
const EXCHANGE = `
  with sent as (
    select * from unnest($1::bytea[], $2::timestamptz[], $3::integer[]) as s (subject, ends_at, added)
  ), counted as (
    insert into request_counts as c (subject, ends_at, count)
    select subject, ends_at, added from sent where added > 0 order by subject
    on conflict (subject) do update set count = c.count + excluded.count returning c.subject, c.count
  )
  select subject, count as total from counted
  union all
  select c.subject, c.count from request_counts c join sent s on s.subject = c.subject and s.added = 0`;
