import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Actor, createLogger, loadConfig } from '#runtime';
import { ProductModule } from '../product.module.js';
import { type Installation, openInstallation, pending } from './installation.js';
import { shell } from './shell.js';

/** Who acts when somebody types a command on an installation that has no operators. */
export const WHOEVER_TYPES: Actor = {
  type: 'operator',
  id: `cli:${process.env['SUDO_USER'] ?? process.env['USER'] ?? 'unknown'}`,
  sourceAddress: null,
  requestId: null,
};

/** Runs `work` with the product's own services, the same that the API uses. */
export async function inProduct<T>(
  installation: Installation,
  work: (product: INestApplicationContext) => Promise<T>,
): Promise<T> {
  const log = createLogger('warn', 'cli', shell().stderr);
  const product = await NestFactory.createApplicationContext(
    ProductModule.forRoot({ config: installation.config, log, role: 'latchkey_api' }),
    { logger: ['error', 'fatal'], abortOnError: false },
  );
  try {
    return await work(product);
  } finally {
    await product.close();
  }
}

/** Opens the installation for one command and closes what it opened. @throws Error for an old schema. */
export async function withInstallation<T>(work: (installation: Installation) => Promise<T>): Promise<T> {
  const installation = await openInstallation(loadConfig(shell().env), { exclusive: false });
  try {
    if ((await pending(installation)).length > 0) {
      throw new Error('The schema is not current: run npm run latchkey -- migrate');
    }
    return await work(installation);
  } finally {
    await installation.server?.stop();
  }
}

/** Like `withInstallation`, with the product's services at hand. */
export const withProduct = <T>(work: (product: INestApplicationContext) => Promise<T>): Promise<T> =>
  withInstallation((installation) => inProduct(installation, work));
