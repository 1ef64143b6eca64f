import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';
import { AuditTrail, type Refusal } from './audit-trail.js';

const EVERY_MILLISECONDS = 1_000;
/** Accounts remembered at most while the database takes nothing. */
const REMEMBERED = 10_000;

/** Where somebody was refused: the practice's id, or the Practice ID that was typed. */
export type Doorstep = { practiceId: string } | { code: string };

/**
 * Counts what was refused without being looked at, because too much was tried. It is refused for costing
 * nothing, so no request writes: each process counts by account, and adds to the minute's rows every second.
 * Names and practices that do not exist are counted the same way.
 */
@Injectable()
export class ThrottledRefusals implements OnModuleInit, BeforeApplicationShutdown {
  #counted = new Map<string, { where: Doorstep; refusal: Refusal; count: number }>();
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
    this.#add(where, { ...refusal, account, changes }, 1);
  }

  /** What has been counted so far. */
  write(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.write();
  }

  #add(where: Doorstep, refusal: Refusal, count: number): void {
    const key = `${practiceOf(where)} ${refusal.action} ${refusal.account}`;
    const known = this.#counted.get(key);
    if (known) known.count += count;
    else if (this.#counted.size < REMEMBERED) this.#counted.set(key, { where, refusal, count });
  }

  async #write(): Promise<void> {
    const counted = [...this.#counted.values()];
    this.#counted = new Map();
    for (const [, rows] of Map.groupBy(counted, ({ where }) => practiceOf(where))) {
      const [{ where } = { where: { practiceId: '' } }] = rows;
      try {
        await this.#inside(where, () => this.trail.refused(rows));
      } catch (error) {
        for (const { refusal, count } of rows) this.#add(where, refusal, count);
        this.log.warn({ err: safeError(error) }, 'throttled attempts could not be written down: tried again');
      }
    }
  }

  #inside<T>(where: Doorstep, work: () => Promise<T>): Promise<T> {
    return 'code' in where
      ? this.database.inPracticeNamed(where.code, work)
      : this.database.inPractice(where.practiceId, work);
  }
}

const practiceOf = (where: Doorstep): string => ('code' in where ? where.code : where.practiceId);
