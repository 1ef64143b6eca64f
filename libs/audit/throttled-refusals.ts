import { setTimeout as rest } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Logger, NIL_ID, safeError } from '#runtime';
import { AuditTrail, type Refusal } from './audit-trail.js';

const EVERY_MILLISECONDS = 1_000;
/** Accounts, and Practice IDs as typed, of each as many at most, until they are written down. */
const REMEMBERED = 10_000;
/** Whoever stops the process waits for five seconds, or less, and for others as well. */
const LAST_ROUND_MILLISECONDS = 2_000;

/** Where somebody was refused: the practice's id, or the Practice ID that was typed. */
export type Doorstep = { practiceId: string } | { code: string };

/** How often something was refused at one place: at a practice, by its id, or at a Practice ID as typed. */
interface Counted {
  place: string;
  refusal: Refusal;
  count: number;
}

type Counts = Map<string, Counted>;

/**
 * Counts what was refused without being looked at, because too much was tried. It is refused for costing
 * nothing, so no request writes: each process counts by account, and adds to the minute's rows every second.
 * Names and practices that do not exist are counted the same way: which they are is found out then, and not by
 * the request.
 */
@Injectable()
export class ThrottledRefusals implements OnModuleInit, BeforeApplicationShutdown {
  /** At practices. */
  #known: Counts = new Map();
  /** At Practice IDs as typed. Apart, since strangers can make up any number of them: none displaces an account. */
  #typed: Counts = new Map();
  #dropped = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** At the start: a timer that a request begins would go on in its transaction. */
  onModuleInit(): void {
    this.#timer = setInterval(() => void this.write(), EVERY_MILLISECONDS).unref();
  }

  count(where: Doorstep, refusal: Refusal): void {
    const account = `${refusal.account} throttled`;
    const changes = { ...refusal.changes, reason: 'throttled' };
    const counted = { refusal: { ...refusal, account, changes }, count: 1 };
    if ('code' in where) this.#remember(this.#typed, { place: where.code, ...counted });
    else this.#remember(this.#known, { place: where.practiceId, ...counted });
  }

  /** What has been counted so far. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.race([this.write(), rest(LAST_ROUND_MILLISECONDS, undefined, { ref: false })]);
  }

  #remember(counts: Counts, counted: Counted): void {
    if (counts.size < REMEMBERED || counts.has(keyOf(counted))) add(counts, counted);
    else this.#dropped += counted.count;
  }

  /** Says once what went wrong, however many it concerns. */
  async #write(): Promise<void> {
    const [known, typed, dropped] = [this.#known, this.#typed, this.#dropped];
    [this.#known, this.#typed, this.#dropped] = [new Map(), new Map(), 0];
    const failures: unknown[] = [];
    await this.#settle(typed, known).catch((error: unknown) => {
      failures.push(error);
      for (const counted of typed.values()) this.#remember(this.#typed, counted);
    });
    for (const [practiceId, rows] of Map.groupBy(known.values(), ({ place }) => place)) {
      await this.database
        .inPractice(practiceId, () => this.trail.refused(rows))
        .catch((error: unknown) => {
          failures.push(error);
          for (const counted of rows) this.#remember(this.#known, counted);
        });
    }
    if (failures.length > 0) {
      this.log.warn(
        { err: safeError(failures[0]) },
        'throttled attempts could not be written down: tried again',
      );
    }
    if (dropped > 0) {
      this.log.warn(
        { event: 'refusals.dropped', dropped },
        'more throttled attempts than can be remembered: these are in no trail',
      );
    }
  }

  /** Adds what was typed to its practices, and all that names none to the practice that holds nothing. */
  async #settle(typed: Counts, known: Counts): Promise<void> {
    if (typed.size === 0) return;
    const codes = new Set(Array.from(typed.values(), ({ place }) => place));
    const found = await this.database.outsidePractice(() =>
      this.database.sql<{ code: string; id: string | null }>(
        'select code, practice_by_code(code) as id from unnest($1::text[]) as typed (code)',
        [[...codes]],
      ),
    );
    const ids = new Map(found.map(({ code, id }) => [code, id]));
    for (const counted of typed.values()) {
      add(known, { ...counted, place: ids.get(counted.place) ?? NIL_ID });
    }
  }
}

const keyOf = ({ place, refusal }: Counted): string => `${place} ${refusal.action} ${refusal.account}`;

function add(counts: Counts, counted: Counted): void {
  const before = counts.get(keyOf(counted));
  if (before) before.count += counted.count;
  else counts.set(keyOf(counted), counted);
}
