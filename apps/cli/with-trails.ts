import { type DynamicModule, type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { asActor, type OperatorRole, Operators } from '#access';
import { AuditModule } from '#audit';
import { formatPracticeId, parsePracticeId } from '#contract';
import { Database, DatabaseModule } from '#database';
import { OperatorHolds } from '#retention';
import { type Actor, Config, createLogger, Logger } from '#runtime';
import { KeyRing, SecretsModule } from '#secrets';
import { type ActingOptions, theOperator } from './acting.js';
import type { Installation } from './installation.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { WHOEVER_TYPES, withInstallation } from './with-product.js';

/** A practice whose trail is to be read. */
export interface AuditedPractice {
  id: string;
  /** As people type it. */
  code: string;
}

/** A command at work on trails: of these practices, and nothing else of them. */
export interface TrailWork {
  actor: Actor;
  product: INestApplicationContext;
  practices: AuditedPractice[];
}

/** Which login a command uses, which role it takes, and what its operator must be. */
interface Way {
  url: (installation: Installation) => string | undefined;
  variable: string;
  role: 'latchkey_auditor' | 'latchkey_archivist';
  operator: OperatorRole;
}

const AUDITOR: Way = {
  url: ({ auditorUrl }) => auditorUrl,
  variable: 'DATABASE_AUDITOR_URL',
  role: 'latchkey_auditor',
  operator: 'auditor',
};
const ARCHIVIST: Way = {
  url: ({ adminUrl }) => adminUrl,
  variable: 'DATABASE_ADMIN_URL',
  role: 'latchkey_archivist',
  operator: 'operator',
};

/** The trail alone, through a login and role of its own: the rest of the product could not even read. */
@Module({})
class TrailModule {
  static forRoot(installation: Installation, way: Way): DynamicModule {
    const { config } = installation;
    const url = way.url(installation);
    if (!url) throw new UsageError(`${way.variable} must be set: the login that may take ${way.role}`);
    const log = createLogger('warn', 'cli', shell().stderr);
    const clockOffsetSeconds = config.values.CLOCK_OFFSET_SECONDS;
    return {
      module: TrailModule,
      global: true,
      imports: [
        SecretsModule.forRoot(KeyRing.parse(config.values.LATCHKEY_KEYS ?? '')),
        DatabaseModule.forRoot({ url, role: way.role, entities: [], clockOffsetSeconds }),
        AuditModule,
      ],
      providers: [
        Operators,
        OperatorHolds,
        { provide: Config, useValue: config },
        { provide: Logger, useValue: log },
      ],
      exports: [Config, Logger],
    };
  }
}

/** Which practices a command means. */
export interface TrailOptions extends ActingOptions {
  practice?: string;
  all?: boolean;
}

/** Runs `work` as the platform's auditor. Who may also act is not let in: seeing everything and acting are two people's. */
export const asAuditor = <T>(options: TrailOptions, work: (trails: TrailWork) => Promise<T>): Promise<T> =>
  onTrails(AUDITOR, options, work);

/** Runs `work` as whoever takes old entries out of the database: an operator who has the owner's login. */
export const asArchivist = <T>(options: TrailOptions, work: (trails: TrailWork) => Promise<T>): Promise<T> =>
  onTrails(ARCHIVIST, options, work);

/** @throws UsageError unless one practice or all are meant */
async function onTrails<T>(
  way: Way,
  options: TrailOptions,
  work: (trails: TrailWork) => Promise<T>,
): Promise<T> {
  if ((options.practice === undefined) !== (options.all === true)) {
    throw new UsageError('Name one practice with --practice, or say --all');
  }
  return withInstallation(async (installation) => {
    const product = await NestFactory.createApplicationContext(TrailModule.forRoot(installation, way), {
      logger: ['error', 'fatal'],
      abortOnError: false,
    });
    try {
      const actor = await theActor(product, options, way.operator);
      return await work({ actor, product, practices: await audited(product, options.practice) });
    } finally {
      await product.close();
    }
  });
}

async function theActor(
  product: INestApplicationContext,
  options: ActingOptions,
  needed: OperatorRole,
): Promise<Actor> {
  const { ever } = await product.get(Operators).known();
  if (!ever) return WHOEVER_TYPES;
  const operator = await theOperator(product, options, needed);
  if (operator.role === needed) return asActor(operator);
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
