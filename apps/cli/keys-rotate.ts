import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Config, loadConfig } from '#runtime';
import { KeyRing } from '#secrets';
import { type ActingOptions, whoActs } from './acting.js';
import { keysFile } from './installation.js';
import { shell } from './shell.js';
import { inProduct, withInstallation } from './with-product.js';

/**
 * A new root, under which values are sealed from the next start on. Refused where the present ones do not open
 * what is stored: opening the product finds that out.
 */
export async function keysRotate(options: ActingOptions): Promise<void> {
  const given = loadConfig(shell().env);
  const { keyId, text } = await withInstallation((installation) =>
    inProduct(installation, async (product) => {
      await whoActs(product, options, 'operator');
      return KeyRing.rotate(installation.config.values.LATCHKEY_KEYS ?? '');
    }),
  );
  if (given.values.LATCHKEY_KEYS === undefined) await keep(given, keyId, text, options);
  else print(keyId, text, options);
}

async function keep(config: Config, keyId: string, text: string, { json }: ActingOptions): Promise<void> {
  const file = keysFile(config);
  await replace(file, `${text}\n`);
  const words = `${keyId} stands in front in ${file}: restart npm start, and copy the file to where you keep it.`;
  shell().stdout.write(json ? `${JSON.stringify({ keyId, file })}\n` : `${words}\n`);
}

/** Where a setting names the keys, only whoever wrote it can change it. */
function print(keyId: string, text: string, { json }: ActingOptions): void {
  if (json) return void shell().stdout.write(`${JSON.stringify({ keyId, keys: text })}\n`);
  shell().stdout.write(`${text}\n`);
  shell().stderr.write(
    `This is the new LATCHKEY_KEYS, ${keyId} in front. It is kept nowhere. With several machines, give all of them ${keyId} at the end first, and restart them; then this.\n`,
  );
}

/** On disk under another name before it takes the place: a lost file would be the loss of every password. */
async function replace(file: string, text: string): Promise<void> {
  const begun = `${file}.new`;
  const handle = await open(begun, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(begun, file);
  const folder = await open(dirname(file), 'r');
  await folder.sync();
  await folder.close();
}
