import { loadConfig } from '#runtime';

/** `serve` and `worker`: one process of the product, configured by its environment like any other. */
export async function runProcess(name: 'api' | 'worker'): Promise<void> {
  const { values } = loadConfig();
  const missing = (['DATABASE_URL', 'LATCHKEY_KEYS'] as const).filter((variable) => !values[variable]);
  if (missing.length > 0) {
    throw new Error(`${missing.join(' and ')} must be set; npm start needs neither and runs everything`);
  }
  await (name === 'api' ? import('../api/main.js') : import('../worker/main.js'));
}
