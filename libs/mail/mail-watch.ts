import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Logger } from '#runtime';
import { Departures } from './departures.js';
import { MailPulse, type Standing } from './mail-pulse.js';
import { Mailer } from './mailer.js';

const REFUSED_MINUTES = 15;

/**
 * Keeps an eye on the ways out: probes those that are closed, tells the installation how they stand, and says
 * once that mail has stopped, or that servers answer and take nothing, and once that it runs again.
 */
@Injectable()
export class MailWatch {
  #wasStopped = false;
  #toldRefusedSince: Date | null = null;

  constructor(
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(Departures) private readonly departures: Departures,
    @Inject(MailPulse) private readonly pulse: MailPulse,
    @Inject(Logger) private readonly log: Logger,
    @Inject(Database) private readonly database: Database,
  ) {}

  /** No server can be reached from here: there is no use in taking mail on. */
  get stopped(): boolean {
    return this.mailer.stoppedForSeconds !== null;
  }

  /** How many mails this worker may have under way. */
  get window(): number {
    return this.departures.window;
  }

  /** Called every second or so. */
  async look(): Promise<void> {
    await this.mailer.probe();
    const standing = await this.pulse.write(this.mailer.routes);
    const { stopped } = this;
    const turned = stopped !== this.#wasStopped;
    if (turned && stopped) await this.#tellStopped();
    if (turned && !stopped) this.departures.startSlowly();
    if (!stopped && (turned || (await this.#runsAfterAll(standing)))) await this.#tellRunning();
    if (stopped) this.pulse.forgetRefusals();
    this.#tellRefused();
    // Last: a turn that could not be written down is told by the next look.
    this.#wasStopped = stopped;
  }

  /** Others have found it stopped, or this worker before it was started anew: a mail that got out disproves it, or a knock. */
  async #runsAfterAll(standing: Standing | null): Promise<boolean> {
    if (!standing?.isStopped) return false;
    return standing.gotOut || (await this.mailer.isLetIn());
  }

  /** The installation's state decides who says it, so that many workers say it once. */
  async #tellStopped(): Promise<void> {
    if (!(await this.pulse.stop())) return;
    const routes = this.mailer.routes.length;
    this.log.error({ event: 'mail.stopped', routes }, 'no mail server can be reached: mail waits');
  }

  /** Nobody would hear of it otherwise before the first reset fails, a day later. */
  #tellRefused(): void {
    const { refusedSince: since } = this.pulse;
    if (!since || since === this.#toldRefusedSince) return;
    if (this.database.timeNearby.getTime() - since.getTime() < REFUSED_MINUTES * 60_000) return;
    this.#toldRefusedSince = since;
    this.log.error({ event: 'mail.refused', since: since.toISOString() }, 'mail servers put off every mail');
  }

  async #tellRunning(): Promise<void> {
    const stoppedAt = await this.pulse.resume();
    if (!stoppedAt) return;
    this.log.warn({ event: 'mail.resumed', stoppedAt: stoppedAt.toISOString() }, 'mail runs again');
  }
}
