import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { formatPracticeId, SECURITY_QUESTION_IDS, SECURITY_QUESTIONS } from '#contract';
import { asOwner } from '#database';
import { randomPassword } from '#secrets';
import type { Installation } from './installation.js';
import { PracticeSeeder, type SeededPerson } from './practice-seeder.js';
import { inProduct, WHOEVER_TYPES } from './with-product.js';

const PRACTICE = 'Willow Street Dental';
const ANSWER = 'Willow Street';
const PEOPLE: readonly Pick<SeededPerson, 'username' | 'displayName' | 'role'>[] = [
  { username: 'alex', displayName: 'Alex Moreau', role: 'administrator' },
  { username: 'sam', displayName: 'Sam Okafor', role: 'administrator' },
  { username: 'robin', displayName: 'Robin Castell', role: 'auditor' },
  { username: 'kim', displayName: 'Kim Dahl', role: 'staff' },
  { username: 'noor', displayName: 'Noor Haddad', role: 'staff' },
];

/** Gives an empty embedded database a practice to try things with; later starts name the file that tells of it. */
export async function ensureSample(installation: Installation, say: (line: string) => void): Promise<void> {
  const { config, server } = installation;
  if (!server || config.production || config.values.SAMPLE === 'off') return;
  const file = join(resolve(config.values.DATA_DIR), 'sample.json');
  if (await isEmpty(server.adminUrl())) await createSample(installation, file, say);
  else if (existsSync(file)) say(`Sample practice: its Practice ID and sign-ins are in ${file}`);
}

async function createSample(
  installation: Installation,
  file: string,
  say: (line: string) => void,
): Promise<void> {
  const people = PEOPLE.map((person) => ({
    ...person,
    email: `${person.username}@willow.example`,
    password: randomPassword(),
    answer: ANSWER,
  }));
  const code = await inProduct(installation, (product) =>
    new PracticeSeeder(product, WHOEVER_TYPES).seed(PRACTICE, people),
  );
  const sample = {
    practiceId: formatPracticeId(code),
    practice: PRACTICE,
    securityQuestion: SECURITY_QUESTIONS[SECURITY_QUESTION_IDS[0] ?? 'first-street'],
    securityAnswer: ANSWER,
    users: people.map(({ username, role, email, password }) => ({ username, role, email, password })),
  };
  writeFileSync(file, `${JSON.stringify(sample, null, 2)}\n`, { mode: 0o600 });
  say(`Sample practice ${PRACTICE}, Practice ID ${sample.practiceId}`);
  for (const { username, role, password } of sample.users) {
    say(`  ${username.padEnd(6)} ${role.padEnd(14)} ${password}`);
  }
  say(`Answer to the security question of each: ${ANSWER}. All of this is kept in ${file}`);
}

async function isEmpty(adminUrl: string): Promise<boolean> {
  const practices = await asOwner(adminUrl, 'select every_practice() limit 1');
  return practices.length === 0;
}
