import supertest from 'supertest';
import { askForReset, person, type SamplePractice, signedIn } from '../../support/sample-practice.js';
import { DAYS, type Installation } from './installation.js';

/** How often each day somebody helped themselves, and an administrator helped somebody. */
const BY_THEMSELVES = [1, 0, 2, 1, 0, 0, 1, 3, 1, 2, 0, 1];
const BY_AN_ADMINISTRATOR = [0, 1, 0, 1, 0, 0, 2, 0, 1, 0, 1, 1];
const STAFF = ['kim', 'noor', 'robin'] as const;

/** Lets the sample practice have a past: resets of every kind, one with a wrong answer, and somebody new. */
export async function liveThrough(installation: Installation, sample: SamplePractice): Promise<void> {
  const http = supertest(installation.url);
  const { practiceId, securityAnswer } = sample;
  const signIn = (name: 'alex' | 'sam') => signedIn(http, practiceId, name, person(sample, name).password);
  for (let day = 0; day < DAYS; day += 1) {
    for (let nth = 0; nth < (BY_THEMSELVES[day] ?? 0); nth += 1) {
      await askForReset(http, practiceId, STAFF[(day + nth) % 3] ?? 'kim', securityAnswer);
    }
    if (day === 6) await askForReset(http, practiceId, 'kim', 'Not my street');
    const headers = await signIn(day % 2 === 0 ? 'alex' : 'sam');
    const { body } = await http.get('/api/v1/users').set(headers).expect(200);
    for (let nth = 0; nth < (BY_AN_ADMINISTRATOR[day] ?? 0); nth += 1) {
      const name = STAFF[(day + nth + 1) % 3];
      const { id } = body.items.find(({ username }: { username: string }) => username === name);
      await http.post(`/api/v1/users/${id}/password-reset`).set(headers).expect(202);
    }
    await installation.nextDay();
  }
  const newcomer = {
    username: 'ines',
    displayName: 'Ines Marto',
    email: 'ines@willow.example',
    roles: ['staff'],
  };
  await http
    .post('/api/v1/users')
    .set(await signIn('alex'))
    .send(newcomer)
    .expect(201);
}
