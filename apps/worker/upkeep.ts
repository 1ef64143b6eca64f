import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { AdministratorReminders } from '#membership';
import { Logger, Rounds, safeError } from '#runtime';
import { PracticeUpkeep } from './practice-upkeep.js';

const EVERY_MILLISECONDS = 30_000;

/** What time does by itself is written down here when nobody looks. Safe with any number of workers. */
@Injectable()
export class Upkeep implements BeforeApplicationShutdown {
  readonly #rounds = new Rounds(() => this.run(), {
    everyMilliseconds: EVERY_MILLISECONDS,
    complain: (error) => this.log.warn({ err: safeError(error) }, 'upkeep was interrupted'),
  });

  constructor(
    @Inject(PracticeUpkeep) private readonly practices: PracticeUpkeep,
    @Inject(AdministratorReminders) private readonly reminders: AdministratorReminders,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#rounds.start();
  }

  /** One round. */
  async run(): Promise<void> {
    await this.practices.run();
    await this.reminders.run();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }
}
