import type { PoolConfig } from 'pg';

/** A little above the statement timeout: a PostgreSQL that still speaks ends a long statement itself. */
const SILENCE_SECONDS = 65;

/**
 * Options for connections that are not waited on for ever. A host that lost its power, or a balancer that has
 * forgotten the connection, sends neither answers nor an end. Idle connections are found out by the system's
 * probes, an unanswered statement by its time; `?silence_seconds=` in the URL changes that.
 */
export const endedBySilence = (url: string) =>
  ({
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    query_timeout: Number(new URL(url).searchParams.get('silence_seconds') ?? SILENCE_SECONDS) * 1_000,
  }) satisfies PoolConfig;
