import type { Processor } from 'bullmq';
import type { SchemaConnection } from '#database';

/** Mails, and large work a step at a time: neither waits behind the other. */
export type QueueName = 'delivery' | 'bulk';

export const QUEUE_SCHEMA = 'bullmq';

/** The part of BullMQ's classes that the product uses, the same on both backends. */
export interface QueueBackend {
  readonly kind: 'postgresql' | 'redis';
  queue<D>(name: QueueName): BackendQueue<D>;
  worker<D>(name: QueueName, process: Processor<D>, concurrency: number): BackendWorker;
  /** What a Redis says of itself (INFO); nothing of PostgreSQL, whose durability is the product's own. */
  about(): Promise<string | null>;
  /** Ends connections that BullMQ was given and therefore leaves open. */
  disconnect(): void;
}

export interface BackendQueue<D> {
  add(name: string, data: D, opts: { jobId: string }): Promise<unknown>;
  addBulk(jobs: { name: string; data: D; opts: { jobId: string } }[]): Promise<unknown>;
  getWaitingCount(): Promise<number>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

interface BackendWorker {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(force?: boolean): Promise<void>;
}

/** Creates or updates BullMQ's own schema; `client` acts as the role that owns it. */
export async function migrateQueue(client: SchemaConnection): Promise<unknown> {
  const { runMigrations } = await import('bullmq');
  return runMigrations(client, QUEUE_SCHEMA);
}
