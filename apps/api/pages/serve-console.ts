import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { RouteTable } from '../http/route-table.js';
import { consoleFolder, PAGES } from './console.js';

/** The console's files. A changed file has another name, so a browser may keep each for ever. */
export async function serveConsole(app: NestFastifyApplication): Promise<void> {
  app.get(RouteTable).know(PAGES, ['GET', 'HEAD']);
  const root = join(consoleFolder(), 'assets');
  if (!existsSync(root)) return;
  await app.register(fastifyStatic as never, {
    root,
    prefix: '/assets/',
    index: false,
    preCompressed: true,
    immutable: true,
    maxAge: '1y',
    decorateReply: false,
  });
}
