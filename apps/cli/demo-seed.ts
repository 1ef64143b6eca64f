import type { INestApplicationContext } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { formatPracticeId } from '#contract';
import { Database } from '#database';
import { Practices } from '#practices';
import { loadConfig } from '#runtime';
import { PracticeSeeder, type SeededPerson } from './practice-seeder.js';
import { UsageError } from './usage-error.js';
import { WHOEVER_TYPES, withProduct } from './with-product.js';

const EVENTS_AT_ONCE = 1_000;

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
  if (loadConfig().production) throw new Error('demo seed is refused when NODE_ENV is production');
  if (options.practices < 1) throw new UsageError('--practices must be at least 1');
  if (options.users < 3)
    throw new UsageError('--users must be at least 3: an administrator, an auditor, staff');
  const practices = await withProduct(async (product) => {
    const seeder = new PracticeSeeder(product, WHOEVER_TYPES);
    const seeded = [];
    for (let index = 0; index < options.practices; index += 1) {
      const people = peopleOf(options, index * options.users);
      const code = await seeder.seed(`Demo practice ${index + 1}`, people);
      const [administrator, auditor] = people.map(({ username }) => username);
      await addEvents(product, code, Math.floor(options.auditEvents / options.practices));
      seeded.push({
        practiceId: formatPracticeId(code),
        administrator,
        auditor,
        users: people.map(({ username }) => username),
      });
    }
    return seeded;
  });
  const words = practices.map(({ practiceId, administrator }) => `${practiceId} ${administrator}`).join('\n');
  process.stdout.write(options.json ? `${JSON.stringify({ practices })}\n` : `${words}\n`);
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

/** Events of the common kind, through the same chain as all others. */
async function addEvents(product: INestApplicationContext, code: string, count: number): Promise<void> {
  const practiceId = await product.get(Practices).idOf(code);
  if (!practiceId) throw new Error('The practice that was just seeded must be there');
  const trail = product.get(AuditTrail);
  for (let left = count; left > 0; left -= EVENTS_AT_ONCE) {
    await product.get(Database).inPractice(practiceId, async () => {
      for (let index = 0; index < Math.min(left, EVENTS_AT_ONCE); index += 1) {
        trail.record({
          action: 'session.created',
          actor: WHOEVER_TYPES,
          target: { type: 'session', id: null },
        });
      }
    });
  }
}
