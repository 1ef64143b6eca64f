import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { AdministratorReminders } from '#membership';
import { Logger, safeError } from '#runtime';
import { PracticeUpkeep } from './practice-upkeep.js';

const EVERY_MILLISECONDS = 30_000;

/** What time does by itself is written down here when nobody looks. Safe with any number of workers. */
@Injectable()
export class Upkeep implements BeforeApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    @Inject(PracticeUpkeep) private readonly practices: PracticeUpkeep,
    @Inject(AdministratorReminders) private readonly reminders: AdministratorReminders,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      this.#running ??= this.run()
        .catch((error: unknown) => this.log.warn({ err: safeError(error) }, 'upkeep was interrupted'))
        .finally(() => {
          this.#running = undefined;
        });
    }, EVERY_MILLISECONDS);
  }

  /** One round. */
  async run(): Promise<void> {
    await this.practices.run();
    await this.reminders.run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
  }
}
