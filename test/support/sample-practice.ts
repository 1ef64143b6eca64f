import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type supertest from 'supertest';

/** What `sample.json` says of the practice that a first start creates. */
export interface SamplePractice {
  practiceId: string;
  securityAnswer: string;
  users: { username: string; role: string; email: string; password: string }[];
}

type Http = ReturnType<typeof supertest>;

export const readSample = (dataDir: string): SamplePractice =>
  JSON.parse(readFileSync(join(dataDir, 'sample.json'), 'utf8')) as SamplePractice;

/** The sample's person of that name. */
export function person(sample: SamplePractice, username: string): SamplePractice['users'][number] {
  const found = sample.users.find((user) => user.username === username);
  if (!found) throw new Error(`The sample has nobody called ${username}`);
  return found;
}

/** Asks for a session as a program does. */
export const trySignIn = (http: Http, practiceId: string, username: string, password: string) =>
  http.post('/api/v1/sessions').send({ practiceId, username, password, transport: 'bearer' });

/** Headers of a new session; fails loudly when it is refused. */
export async function signedIn(
  http: Http,
  practiceId: string,
  username: string,
  password: string,
): Promise<{ authorization: string }> {
  const { status, body } = await trySignIn(http, practiceId, username, password);
  if (status !== 201) throw new Error(`Sign-in refused: ${status} ${JSON.stringify(body)}`);
  return { authorization: `Bearer ${body.token}` };
}

/** Answers somebody's security question; the answer is always 202. */
export async function askForReset(
  http: Http,
  practiceId: string,
  username: string,
  answer: string,
): Promise<void> {
  const { body } = await http
    .post('/api/v1/password-resets/challenges')
    .send({ practiceId, username })
    .expect(200);
  await http.post('/api/v1/password-resets').send({ ticket: body.ticket, answer }).expect(202);
}
