import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from '#access';
import { AdmissionModule } from '#admission';
import { AuditModule } from '#audit';
import { BouncesModule } from '#bounces';
import { DatabaseModule } from '#database';
import { DeliveryModule } from '#delivery';
import { MailModule } from '#mail';
import { MembershipModule } from '#membership';
import { PracticeSchema, PracticesModule } from '#practices';
import { RecoveryModule } from '#recovery';
import { RetentionModule } from '#retention';
import { Config, Logger } from '#runtime';
import { KeyRing, SecretsModule } from '#secrets';
import { SiemModule } from '#siem';
import { SupportModule } from '#support';
import { UserSchema, UsersModule } from '#users';
import { WordingModule } from '#wording';

const ENTITIES = [PracticeSchema, UserSchema];

/** What a process is given before it can be any of api, worker or command line. */
export interface ProcessParts {
  config: Config;
  log: Logger;
  role: 'latchkey_api' | 'latchkey_worker';
}

/** All libs, wired once: the api, the worker and the command line are the same product started differently. */
@Module({})
export class ProductModule {
  static forRoot({ config, log, role }: ProcessParts): DynamicModule {
    const { DATABASE_URL, LATCHKEY_KEYS, CLOCK_OFFSET_SECONDS } = config.values;
    if (!DATABASE_URL || !LATCHKEY_KEYS) {
      throw new Error('DATABASE_URL and LATCHKEY_KEYS must be set: npm start sets both by itself');
    }
    return {
      module: ProductModule,
      global: true,
      imports: [
        SecretsModule.forRoot(KeyRing.parse(LATCHKEY_KEYS)),
        DatabaseModule.forRoot({
          url: DATABASE_URL,
          role,
          entities: ENTITIES,
          clockOffsetSeconds: CLOCK_OFFSET_SECONDS,
          log: (message) => log.warn({}, message),
        }),
        AuditModule,
        WordingModule,
        MailModule,
        DeliveryModule,
        BouncesModule,
        SiemModule,
        AdmissionModule,
        PracticesModule,
        AccessModule,
        UsersModule,
        MembershipModule,
        RecoveryModule,
        RetentionModule,
        SupportModule,
      ],
      providers: [
        { provide: Config, useValue: config },
        { provide: Logger, useValue: log },
      ],
      exports: [Config, Logger],
    };
  }
}
