import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database, Listener } from '#database';
import { failpoint } from '#failpoints';
import { Logger, safeError } from '#runtime';
import { GivenAnswers } from './given-answers.js';
import { SelfServiceOutcome } from './self-service-outcome.js';

const AT_ONCE = 100;
const SWEEP_MILLISECONDS = 1_000;
/**
 * A right answer causes more work than a wrong one, on the same machine perhaps: it begins when whoever gave
 * the answer has got the 202 and asked the next question, and does not slow either.
 */
const GATHER_MILLISECONDS = 50;

/**
 * The worker's part of a self-service reset: carries out given answers soon after they were written down
 * (NOTIFY), and sweeps up what a crash left behind. In another process than the one that answers, so that
 * no answer waits for what another one caused.
 */
@Injectable()
export class AnswerFollowUp implements BeforeApplicationShutdown {
  #listener: Listener | undefined;
  #timer: NodeJS.Timeout | undefined;
  #gathering: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GivenAnswers) private readonly given: GivenAnswers,
    @Inject(SelfServiceOutcome) private readonly outcome: SelfServiceOutcome,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    await this.#listen(listenUrl);
    this.#timer = setInterval(() => this.#sweep(listenUrl), SWEEP_MILLISECONDS);
    this.wake();
  }

  /** Carries out what waits in one practice, for somebody who is about to read its record. */
  async catchUp(practiceId: string): Promise<void> {
    const ids = await this.database.inPractice(practiceId, () => this.given.waiting(AT_ONCE));
    await this.#carryOut(ids.map((id) => ({ practiceId, id })));
  }

  /** Looks for answers now, or once more when it is already looking. */
  wake(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    if (this.#stopped) return;
    this.#again = true;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#gathering);
    await this.#listener?.close().catch(() => undefined);
    await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const waiting = await this.database.outsidePractice(() => this.given.waitingEverywhere(AT_ONCE));
        const carriedOut = await this.#carryOut(waiting);
        this.#again ||= waiting.length === AT_ONCE && carriedOut > 0;
      }
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'answers could not be looked up; it will be tried again');
    }
  }

  /** A transaction each, so that one that fails, and is tried again by the sweep, holds up no other. */
  async #carryOut(waiting: readonly { practiceId: string; id: string }[]): Promise<number> {
    let count = 0;
    for (const { practiceId, id } of waiting) {
      if (this.#stopped) break;
      try {
        await this.database.inPractice(practiceId, () => this.outcome.carryOut(id));
        failpoint('answer.carried-out');
        count += 1;
      } catch (error) {
        this.log.warn(
          { err: safeError(error) },
          'an answer could not be carried out; it will be tried again',
        );
      }
    }
    return count;
  }

  #sweep(listenUrl: string): void {
    this.wake();
    if (this.#listener) return;
    this.#listen(listenUrl).catch((error: unknown) =>
      this.log.warn(
        { err: safeError(error) },
        'answers are swept up only: the database cannot be listened to',
      ),
    );
  }

  async #listen(listenUrl: string): Promise<void> {
    const gather = () => {
      this.#gathering ??= setTimeout(() => this.wake(), GATHER_MILLISECONDS);
    };
    const forget = () => {
      this.#listener = undefined;
    };
    this.#listener = await Listener.open(listenUrl, 'latchkey_answers', gather, forget);
  }
}
