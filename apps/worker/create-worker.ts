import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuditRounds } from '#audit';
import { BounceListener } from '#bounces';
import { BulkRelay, Relay } from '#delivery';
import { AnswerFollowUp } from '#recovery';
import type { Config, Logger } from '#runtime';
import { SinkStreams } from '#siem';
import { FailureReports } from '#users';
import { OperatorBoard } from './board/operator-board.js';
import { Upkeep } from './upkeep.js';
import { WorkerModule } from './worker.module.js';

/** A worker that is relaying and sending. */
export async function createWorker(config: Config, log: Logger): Promise<INestApplicationContext> {
  const worker = await NestFactory.createApplicationContext(WorkerModule.forRoot({ config, log }), {
    logger: ['error', 'fatal'],
    abortOnError: false,
  });
  await worker.get(BounceListener).start();
  await worker.get(Relay).start(config.values.DATABASE_URL ?? '');
  await worker.get(BulkRelay).start(config.values.DATABASE_URL ?? '');
  await worker.get(AnswerFollowUp).start(config.values.DATABASE_URL ?? '');
  worker.get(FailureReports).start();
  worker.get(Upkeep).start();
  worker.get(AuditRounds).start();
  await worker.get(SinkStreams).start();
  await worker.get(OperatorBoard).start();
  return worker;
}
