import { AsyncLocalStorage } from 'node:async_hooks';

interface RequestFacts {
  requestId?: string;
  jobId?: string;
}

const storage = new AsyncLocalStorage<RequestFacts>();

/** Runs `work` so that every log line it writes carries `facts`. Nothing else may ride along. */
export const withRequestFacts = <T>(facts: RequestFacts, work: () => T): T => storage.run(facts, work);

export const requestFacts = (): RequestFacts => storage.getStore() ?? {};
