import 'reflect-metadata';
import { Config, createLogger, exitWithParent, loadConfig, safeError } from '#runtime';
import { Mailbox } from './mailbox/mailbox.js';

exitWithParent();
const config = loadConfig();
const log = createLogger(config.values.LOG_LEVEL, 'api');
try {
  const mailbox = config.usesMailbox ? await Mailbox.open() : undefined;
  process.send?.({ type: 'mail', smtpUrl: mailbox?.url });
  // Loading the API takes longest: the starter, told where mail goes, starts the worker meanwhile.
  const { createApi } = await import('./create-api.js');
  const app = await createApi(config, log, mailbox);
  app.enableShutdownHooks(process.send ? ['SIGTERM'] : ['SIGTERM', 'SIGINT']);
  await app.listen(config.values.PORT, config.values.HOST);
  const { port } = new URL(await app.getUrl());
  log.info({ port: Number(port) }, 'the API listens');
  process.send?.({ type: 'ready', port: Number(port) });
} catch (error) {
  log.fatal({ err: safeError(error) }, startFault(error, config));
  process.exit(1);
}

function startFault(error: unknown, { values }: Config): string {
  if ((error as { code?: string }).code !== 'EADDRINUSE') return 'the API could not start';
  return `PORT ${values.PORT} is taken on ${values.HOST}: stop what listens there, or set PORT to another`;
}
