import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Database } from '#database';
import { Config } from '#runtime';
import { KeyRing, newReturnToken } from '#secrets';
import { Departures } from './departures.js';
import { MailPulse } from './mail-pulse.js';
import { MailWatch } from './mail-watch.js';
import { Mailer } from './mailer.js';

/** How mail is running: all that the API needs. */
@Global()
@Module({ providers: [MailPulse], exports: [MailPulse] })
export class MailModule {}

/** Sending it: the worker's part. */
@Module({
  imports: [MailModule],
  providers: [
    { provide: Mailer, useFactory: createMailer, inject: [Config, Database, KeyRing] },
    {
      provide: Departures,
      useFactory: (config: Config) => new Departures(config.values.SMTP_CONNECTIONS),
      inject: [Config],
    },
    MailWatch,
  ],
  exports: [Mailer, Departures, MailWatch],
})
export class MailWorkerModule implements OnApplicationShutdown {
  constructor(@Inject(Mailer) private readonly mailer: Mailer) {}

  /** After the relay has stopped, which it does before the application's shutdown. */
  onApplicationShutdown(): void {
    this.mailer.close();
  }
}

function createMailer(config: Config, database: Database, keys: KeyRing): Mailer {
  const { SMTP_URL: urls, MAIL_FROM: from, SMTP_CONNECTIONS: connections } = config.values;
  if (!urls) throw new Error('SMTP_URL must be set for a worker that runs without the starter');
  const domain = config.returnDomain;
  return new Mailer({
    urls,
    from,
    connections,
    // Pauses are counted by the time that everything else here is counted by.
    now: () => database.timeNearby.getTime() / 1000,
    // VERP: what comes back names its delivery, however the other server writes its report.
    ...(domain && { returnAddress: (mail) => `b+${newReturnToken(keys, mail)}@${domain}` }),
  });
}
