import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Database, Watch } from '#database';
import { failpoint } from '#failpoints';
import { Logger, safeError } from '#runtime';
import { GivenAnswers } from './given-answers.js';
import { SelfServiceOutcome } from './self-service-outcome.js';

const AT_ONCE = 100;
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
  readonly #watch = new Watch({
    channel: 'latchkey_answers',
    look: () => this.#look(),
    gatherMilliseconds: GATHER_MILLISECONDS,
    complain: (error, what) =>
      this.log.warn({ err: safeError(error), what }, 'answers wait; it will be tried again'),
  });

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(GivenAnswers) private readonly given: GivenAnswers,
    @Inject(SelfServiceOutcome) private readonly outcome: SelfServiceOutcome,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** `listenUrl` must reach PostgreSQL directly: LISTEN needs a session. */
  async start(listenUrl: string): Promise<void> {
    await this.#watch.start(listenUrl);
  }

  /** Carries out what waits in one practice, for somebody who is about to read its record. */
  async catchUp(practiceId: string): Promise<void> {
    const ids = await this.database.inPractice(practiceId, () => this.given.waiting(AT_ONCE));
    await this.#carryOut(ids.map((id) => ({ practiceId, id })));
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#watch.stop();
  }

  async #look(): Promise<boolean> {
    const waiting = await this.database.outsidePractice(() => this.given.waitingEverywhere(AT_ONCE));
    const carriedOut = await this.#carryOut(waiting);
    return waiting.length === AT_ONCE && carriedOut > 0;
  }

  /** A transaction each, so that one that fails, and is tried again by the sweep, holds up no other. */
  async #carryOut(waiting: readonly { practiceId: string; id: string }[]): Promise<number> {
    let count = 0;
    for (const { practiceId, id } of waiting) {
      if (this.#watch.stopped) break;
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
}
