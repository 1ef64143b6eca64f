import { lineAfter, nextMail } from './mail.js';
import type { Product } from './product.js';

export const PASSWORD = 'correct horse battery staple';
export const NEW_PASSWORD = 'a quiet river under stars';
export const ANSWER = 'Elm Street 12';

let counter = 0;

/** A signed-in person, as a program would be. */
export interface Session {
  token: string;
  deviceToken: string;
  userId: string;
  headers: { authorization: string };
}

export interface OpenedPractice {
  practiceId: string;
  administrator: Session & { username: string; email: string };
}

/** Signs in for a bearer token; fails loudly when refused. */
export async function signIn(
  { http }: Pick<Product, 'http'>,
  practiceId: string,
  username: string,
  password: string,
): Promise<Session & { body: Record<string, unknown> }> {
  const { status, body } = await http
    .post('/api/v1/sessions')
    .send({ practiceId, username, password, transport: 'bearer' });
  if (status !== 201) throw new Error(`Sign-in refused: ${status} ${JSON.stringify(body)}`);
  return {
    token: body.token,
    deviceToken: body.deviceToken,
    userId: body.user.id,
    headers: { authorization: `Bearer ${body.token}` },
    body,
  };
}

/** Opens a practice the public way: form, welcome mail, first sign-in. */
export async function openPractice(product: Product): Promise<OpenedPractice> {
  counter += 1;
  const email = `opener${counter}@elm.example`;
  const { status, body } = await product.http.post('/api/v1/practices').send({
    name: `Elm Dental ${counter}`,
    timeZone: 'Europe/Madrid',
    administrator: {
      username: 'ada',
      displayName: 'Ada Lindqvist',
      email,
      password: PASSWORD,
      securityQuestionId: 'first-street',
      securityAnswer: ANSWER,
    },
  });
  if (status !== 202) throw new Error(`Opening refused: ${status} ${JSON.stringify(body)}`);
  const mail = await nextMail(product.mailbox, email, 'practice-welcome');
  const practiceId = lineAfter(mail, 'Practice ID:');
  const session = await signIn(product, practiceId, 'ada', PASSWORD);
  return { practiceId, administrator: { ...session, username: 'ada', email } };
}

/** The practice's own id, which no answer tells. */
export async function tenantOf({ database }: Product, userId: string): Promise<string> {
  const [row] = await database.query<{ practice_id: string }>('select practice_id from users where id = $1', [
    userId,
  ]);
  if (!row) throw new Error('The administrator has no row');
  return row.practice_id;
}
