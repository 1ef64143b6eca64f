import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { createLogger, type Logger, loadConfig } from '#runtime';
import { KeyRing } from '#secrets';
import { createApi } from '../../apps/api/create-api.js';
import { Mailbox } from '../../apps/api/mailbox/mailbox.js';
import { createWorker } from '../../apps/worker/create-worker.js';
import { createTestDatabase, type TestDatabase } from './test-database.js';

export const ORIGIN = 'http://127.0.0.1:3000';

/** The real application over a real database, with its mail captured over a real socket. */
export interface Product {
  database: TestDatabase;
  mailbox: Mailbox;
  app: NestFastifyApplication;
  worker: INestApplicationContext | null;
  http: ReturnType<typeof supertest>;
  /** Moves application and database time forward. */
  advance(seconds: number): Promise<void>;
  /** Another API process over the same database, as after a restart. */
  openApi(env?: Record<string, string>): Promise<NestFastifyApplication>;
  /** Another worker process over the same database. */
  openWorker(env?: Record<string, string>): Promise<INestApplicationContext>;
  /** With `changes` to the environment, such as another mail server. */
  startWorker(changes?: Record<string, string>): Promise<void>;
  stopWorker(): Promise<void>;
  stop(): Promise<void>;
}

export interface ProductOptions {
  env?: Record<string, string>;
  worker?: boolean;
  /** What the processes write their log to, for what it must say. */
  log?: Logger;
  /** Where the API finds its database instead, for faults on the way to it. */
  wayToDatabase?: (url: string) => string;
}

/** Starts API and worker in this process; the mailbox plays the mail server. */
export async function startProduct({
  env = {},
  worker = true,
  wayToDatabase = (url) => url,
  log: given,
}: ProductOptions = {}): Promise<Product> {
  const database = await createTestDatabase();
  const mailbox = await Mailbox.open();
  const shared = {
    LATCHKEY_KEYS: KeyRing.generate(),
    PUBLIC_URL: ORIGIN,
    SMTP_URL: mailbox.url,
    SUPPORT_CONTACT: 'mailto:help@latchkey.example',
    LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'fatal',
    ...env,
  };
  const log = given ?? createLogger(shared.LOG_LEVEL, 'test');
  const openApi = async (changes: Record<string, string> = {}) => {
    const config = loadConfig({ ...shared, ...changes, DATABASE_URL: wayToDatabase(database.apiUrl) });
    const api = await createApi(config, log, mailbox);
    await api.init();
    await api.getHttpAdapter().getInstance().ready();
    return api;
  };
  const openWorker = (changes: Record<string, string> = {}) =>
    createWorker(loadConfig({ ...shared, ...changes, DATABASE_URL: database.workerUrl }), log);
  const app = await openApi();
  const product: Product = {
    database,
    mailbox,
    app,
    worker: null,
    http: supertest(app.getHttpServer()),
    advance: async (seconds) => {
      await database.query('update clock set offset_seconds = offset_seconds + $1', [seconds]);
    },
    openApi,
    openWorker,
    startWorker: async (changes = {}) => {
      product.worker = await openWorker(changes);
    },
    stopWorker: async () => {
      await product.worker?.close();
      product.worker = null;
    },
    stop: async () => {
      await product.stopWorker();
      await app.close();
      await mailbox.close();
      await database.drop();
    },
  };
  if (worker) await product.startWorker();
  return product;
}
