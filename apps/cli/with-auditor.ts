import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { asActor, Operators } from '#access';
import { AuditModule } from '#audit';
import { formatPracticeId, parsePracticeId } from '#contract';
import { Database, DatabaseModule } from '#database';
import { type Actor, Config, createLogger, Logger } from '#runtime';
import { KeyRing, SecretsModule } from '#secrets';
import { type ActingOptions, theOperator } from './acting.js';
import type { Installation } from './installation.js';
import { UsageError } from './usage-error.js';
import { WHOEVER_TYPES, withInstallation } from './with-product.js';

/** A practice whose trail is to be read. */
export interface AuditedPractice {
  id: string;
  /** As people type it. */
  code: string;
}

/** The platform's auditor at work: trails of all practices, and nothing else of them. */
export interface Audit {
  actor: Actor;
  product: INestApplicationContext;
  practices: AuditedPractice[];
}

/** The trail alone, through the auditor's own login and role: the rest of the product could not even read. */
@Module({})
class AuditorModule {
  static forRoot({ config, auditorUrl }: Installation): DynamicModule {
    if (!auditorUrl) {
      throw new UsageError('DATABASE_AUDITOR_URL must be set: the login that may take latchkey_auditor');
    }
    const log = createLogger('warn', 'cli');
    return {
      module: AuditorModule,
      global: true,
      imports: [
        SecretsModule.forRoot(KeyRing.parse(config.values.LATCHKEY_KEYS ?? '')),
        DatabaseModule.forRoot({
          url: auditorUrl,
          role: 'latchkey_auditor',
          entities: [],
          clockOffsetSeconds: config.values.CLOCK_OFFSET_SECONDS,
        }),
        AuditModule,
      ],
      providers: [Operators, { provide: Config, useValue: config }, { provide: Logger, useValue: log }],
      exports: [Config, Logger],
    };
  }
}

/** Which practices a command of the auditor reads. */
export interface AuditedOptions extends ActingOptions {
  practice?: string;
  all?: boolean;
}

/**
 * Runs `work` as the platform's auditor. Who may also act is not let in: seeing everything and changing
 * something are two people's. @throws UsageError when neither one practice nor all are meant
 */
export async function asAuditor<T>(options: AuditedOptions, work: (audit: Audit) => Promise<T>): Promise<T> {
  if ((options.practice === undefined) !== (options.all === true)) {
    throw new UsageError('Name one practice with --practice, or say --all');
  }
  return withInstallation(async (installation) => {
    const product = await NestFactory.createApplicationContext(AuditorModule.forRoot(installation), {
      logger: ['error', 'fatal'],
      abortOnError: false,
    });
    try {
      const actor = await theAuditor(product, options);
      return await work({ actor, product, practices: await audited(product, options.practice) });
    } finally {
      await product.close();
    }
  });
}

async function theAuditor(product: INestApplicationContext, options: ActingOptions): Promise<Actor> {
  const { ever } = await product.get(Operators).known();
  if (!ever) return WHOEVER_TYPES;
  const operator = await theOperator(product, options, 'auditor');
  if (operator.role === 'auditor') return asActor(operator);
  throw new Error(`${operator.name} is an operator, who may act: reading trails needs the role auditor`);
}

async function audited(
  product: INestApplicationContext,
  typed: string | undefined,
): Promise<AuditedPractice[]> {
  const database = product.get(Database);
  const ids = await database.outsidePractice(() =>
    typed === undefined
      ? database.sql<{ id: string }>('select every_practice() as id')
      : database.sql<{ id: string }>('select id from practice_by_code($1) as id where id is not null', [
          parsePracticeId(typed),
        ]),
  );
  if (typed !== undefined && ids.length === 0) {
    throw new UsageError(`${typed} is not the Practice ID of a practice here`);
  }
  const practices: AuditedPractice[] = [];
  for (const { id } of ids) {
    const [row] = await database.inPractice(id, () =>
      database.sql<{ code: string }>('select code from practices where practice_id = current_practice()'),
    );
    if (row) practices.push({ id, code: formatPracticeId(row.code) });
  }
  return practices;
}
