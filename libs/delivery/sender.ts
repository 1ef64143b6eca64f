import { Inject, Injectable } from '@nestjs/common';
import { failpoint } from '#failpoints';
import { Departures, Mailer, MailPulse, MailRefused, MailStopped } from '#mail';
import { Logger, Problem, safeError } from '#runtime';
import { MailWriter, type MessageKind, type MessageModel, type MessageSecret } from '#wording';
import { backoffSeconds } from './backoff.js';
import type { LeasedDelivery, Outcome } from './leases.js';
import type { IssuedSecret } from './message-handlers.js';

/** Renders one letter, hands it to the mail server, and says how that ended. Touches no database. */
@Injectable()
export class Sender {
  constructor(
    @Inject(MailWriter) private readonly writer: MailWriter,
    @Inject(Mailer) private readonly mailer: Mailer,
    @Inject(Departures) private readonly departures: Departures,
    @Inject(MailPulse) private readonly pulse: MailPulse,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Seconds until it is worth trying again; null while mail runs. */
  get stoppedForSeconds(): number | null {
    return this.mailer.stoppedForSeconds;
  }

  /** The credential leaves this call frame in the mail only. Null: nothing was tried, and no attempt used up. */
  async send(delivery: LeasedDelivery, secret: IssuedSecret | null): Promise<Outcome | null> {
    return this.departures.depart(delivery.practiceId, () => this.#send(delivery, secret));
  }

  async #send(delivery: LeasedDelivery, secret: IssuedSecret | null): Promise<Outcome | null> {
    if (this.mailer.stoppedForSeconds !== null) return null;
    const startedAt = performance.now();
    try {
      const mail = await this.writer.write({ ...delivery, model: this.#model(delivery, secret) });
      failpoint('mail.rendered');
      const { reply } = await this.mailer.send({
        ...mail,
        practiceId: delivery.practiceId,
        deliveryId: delivery.id,
        kind: delivery.kind,
        to: delivery.recipient,
      });
      failpoint('mail.accepted');
      this.pulse.accepted(performance.now() - startedAt);
      return { state: 'accepted', reply };
    } catch (error) {
      return wasNotTried(error) ? null : this.#refusal(delivery, error);
    }
  }

  #model(delivery: LeasedDelivery, secret: IssuedSecret | null): MessageModel<MessageKind> {
    const added = secret && inClear(secret);
    // The renderer checks the whole model against its kind's schema.
    return { ...delivery.facts, ...added } as MessageModel<MessageKind>;
  }

  #refusal(delivery: LeasedDelivery, error: unknown): Outcome {
    const retryInSeconds = backoffSeconds(delivery.attempt);
    if (!(error instanceof MailRefused)) {
      this.log.error({ deliveryId: delivery.id, err: safeError(error) }, 'a mail could not be made');
      return { state: 'deferred', reply: 'The mail could not be made: see the log', retryInSeconds };
    }
    if (error.permanent) return { state: 'failed', reply: error.reply };
    this.pulse.deferred(delivery.id);
    return { state: 'deferred', reply: error.reply, retryInSeconds };
  }
}

/** Mail is stopped, or this process is. */
const wasNotTried = (error: unknown): boolean =>
  error instanceof MailStopped || (error instanceof Problem && error.code === 'overloaded');

function inClear({ credential, expiresAt }: IssuedSecret): MessageSecret {
  return { credential: credential.reveal(), expiresAt: expiresAt.toISOString() };
}
