import 'reflect-metadata';
import { createLogger, exitWithParent, loadConfig, safeError } from '#runtime';
import { createWorker } from './create-worker.js';

exitWithParent();
const config = loadConfig();
const log = createLogger(config.values.LOG_LEVEL, 'worker');
try {
  const worker = await createWorker(config, log);
  worker.enableShutdownHooks(process.send ? ['SIGTERM'] : ['SIGTERM', 'SIGINT']);
  log.info({}, 'the worker relays and sends');
  process.send?.({ type: 'ready' });
} catch (error) {
  log.fatal({ err: safeError(error) }, 'the worker could not start');
  process.exit(1);
}
