import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config, Logger } from '#runtime';
import { ApiModule } from './api.module.js';
import { createAdapter, prepareServer } from './http/http-server.js';
import { serveApiDescription } from './http/openapi.js';
import { checkRoutes } from './http/route-check.js';
import { validationPipe } from './http/validation.js';
import type { Mailbox } from './mailbox/mailbox.js';
import { serveConsole } from './pages/serve-console.js';

/** The API, complete but not yet listening. @throws Error naming routes without access or response marks. */
export async function createApi(
  config: Config,
  log: Logger,
  mailbox?: Mailbox,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    ApiModule.forRoot({ config, log }, mailbox),
    createAdapter(config),
    // Fastify reads JSON by itself; Nest would add a parser for forms, which any site may post.
    { logger: ['error', 'fatal'], abortOnError: false, bodyParser: false },
  );
  await prepareServer(app);
  app.useGlobalPipes(validationPipe);
  checkRoutes(app);
  serveApiDescription(app);
  await serveConsole(app);
  return app;
}
