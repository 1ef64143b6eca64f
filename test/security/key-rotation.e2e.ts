import { afterEach, describe, expect, it } from 'vitest';
import { KeyRing } from '../../libs/secrets/index.js';
import {
  type Installation,
  killLaunched,
  startInstallation,
  useInstallationFolder,
} from '../support/processes.js';
import { askForReset, readSample, signedIn } from '../support/sample-practice.js';

const folder = useInstallationFolder();
const [k1, k2, k3] = ['k1', 'k2', 'k3'].map((id) => KeyRing.generate().replace('k1', id));

/** Names that exist and names that do not; of twelve decoys some would change with the roots. */
const NAMES = ['alex', 'kim', ...Array.from({ length: 12 }, (_, at) => `nobody${at}`)];
const GUESSES = 5;

const start = (...roots: (string | undefined)[]) =>
  startInstallation({ DATA_DIR: folder.dataDir, LATCHKEY_KEYS: roots.join(','), RATE_LIMIT_FACTOR: '1000' });

async function stop(running: Installation): Promise<void> {
  running.signal('SIGTERM');
  await running.ended;
}

async function questionsOf({ http }: Installation): Promise<string[]> {
  const { practiceId } = readSample(folder.dataDir);
  const questions: string[] = [];
  for (const username of NAMES) {
    const { body } = await http
      .post('/api/v1/password-resets/challenges')
      .send({ practiceId, username })
      .expect(200);
    questions.push(body.question.id);
  }
  return questions;
}

describe('a new root in front of LATCHKEY_KEYS', () => {
  afterEach(killLaunched);

  it('changes no question, forgets no guess, and lets the old root go afterwards', async () => {
    const before = await start(k1);
    const { practiceId, securityAnswer, users } = readSample(folder.dataDir);
    const questions = await questionsOf(before);
    expect(new Set(questions).size).toBeGreaterThan(2);
    for (let guess = 0; guess < GUESSES; guess += 1) await askForReset(before.http, practiceId, 'kim', 'no');
    await stop(before);

    const rotated = await start(k2, k1);
    expect(await questionsOf(rotated)).toEqual(questions);
    await askForReset(rotated.http, practiceId, 'kim', securityAnswer);
    const alex = users.find(({ username }) => username === 'alex');
    const headers = await signedIn(rotated.http, practiceId, 'alex', alex?.password ?? '');
    const { body } = await rotated.http.get('/api/v1/password-resets').set(headers).expect(200);
    expect(body.items.map(({ state }: { state: string }) => state)).toEqual(
      Array.from({ length: GUESSES + 1 }, () => 'refused'),
    );
    await stop(rotated);

    const retired = await start(k3, k2);
    expect(await questionsOf(retired)).toEqual(questions);
    await stop(retired);
  });

  it('in the place of the old ones is refused at the start', async () => {
    const replaced = startInstallation({ DATA_DIR: folder.dataDir, LATCHKEY_KEYS: k1 ?? '' });
    await expect(replaced).rejects.toThrow(/put a new root in front of the old ones/);
  });
});
