import { formatPracticeId } from '#contract';
import { loadConfig } from '#runtime';
import { DemoEvents } from './demo-events.js';
import type { Installation } from './installation.js';
import { PracticeSeeder, type SeededPerson } from './practice-seeder.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { inProduct, WHOEVER_TYPES, withInstallation } from './with-product.js';

export interface DemoSeedOptions {
  practices: number;
  users: number;
  password: string;
  answer: string;
  auditEvents: number;
  mailDomain: string;
  json?: boolean;
}

/** Fills a database that is not production's with practices of which everything is known. */
export async function demoSeed(options: DemoSeedOptions): Promise<void> {
  if (loadConfig(shell().env).production) throw new Error('demo seed is refused when NODE_ENV is production');
  if (options.practices < 1) throw new UsageError('--practices must be at least 1');
  if (options.users < 3)
    throw new UsageError('--users must be at least 3: an administrator, an auditor, staff');
  const practices = await withInstallation((installation) => seed(installation, options));
  const words = practices.map(({ practiceId, administrator }) => `${practiceId} ${administrator}`).join('\n');
  shell().stdout.write(options.json ? `${JSON.stringify({ practices })}\n` : `${words}\n`);
}

function seed(installation: Installation, options: DemoSeedOptions) {
  return inProduct(installation, async (product) => {
    const seeder = new PracticeSeeder(product, WHOEVER_TYPES);
    const events = new DemoEvents(product);
    if (options.auditEvents > 0) await events.prepare(installation);
    const seeded = [];
    for (let index = 0; index < options.practices; index += 1) {
      const people = peopleOf(options, index * options.users);
      const code = await seeder.seed(`Demo practice ${index + 1}`, people);
      const users = people.map(({ username }) => username);
      const [administrator, auditor] = users;
      await events.add(code, Math.floor(options.auditEvents / options.practices));
      seeded.push({ practiceId: formatPracticeId(code), administrator, auditor, users });
    }
    return seeded;
  });
}

function peopleOf(options: DemoSeedOptions, first: number): SeededPerson[] {
  return Array.from({ length: options.users }, (_, index) => {
    const username = `u${first + index}`;
    return {
      username,
      displayName: `Demo person ${first + index}`,
      email: `${username}@${options.mailDomain}`,
      role: (['administrator', 'auditor'] as const)[index] ?? 'staff',
      password: options.password,
      answer: options.answer,
    };
  });
}
