import { credentialIn, type Mail, nextMail } from './mail.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, PASSWORD, type Session, signIn } from './practice.js';
import type { Product } from './product.js';

/** From 1000 on, so that names sort in the order in which their bearers joined. */
let counter = 1000;

/** Somebody who was added and has not signed in yet. */
export interface Invited {
  id: string;
  username: string;
  email: string;
  welcome: Mail;
  credential: string;
}

/** Somebody who has set their own password (`NEW_PASSWORD`) and answers `first-teacher` with `ANSWER`. */
export interface Member extends Invited {
  session: Session;
}

/** The opener signed in anew: moving the clock ends sessions. */
export const asAdministrator = (product: Pick<Product, 'http'>, { practiceId }: OpenedPractice) =>
  signIn(product, practiceId, 'ada', PASSWORD);

/** Adds a user and waits for the welcome mail. */
export async function invite(
  product: Product,
  practice: OpenedPractice,
  roles: string[] = ['staff'],
): Promise<Invited> {
  counter += 1;
  const username = `mara${counter}`;
  const email = `${username}@elm.example`;
  const { headers } = await asAdministrator(product, practice);
  const { status, body } = await product.http
    .post('/api/v1/users')
    .set(headers)
    .send({ username, displayName: `Mara Quill ${counter}`, email, roles });
  if (status !== 201) throw new Error(`Not added: ${status} ${JSON.stringify(body)}`);
  const welcome = await nextMail(product.mailbox, email, 'member-welcome');
  return { id: body.id, username, email, welcome, credential: credentialIn(welcome) };
}

/** Trades a temporary password for `newPassword` and `ANSWER`; the session it was done in is over then. */
export async function setOwnPassword(
  product: Product,
  { practiceId }: OpenedPractice,
  who: { username: string },
  credential: string,
  newPassword = NEW_PASSWORD,
): Promise<void> {
  const restricted = await signIn(product, practiceId, who.username, credential);
  await product.http
    .put('/api/v1/me/password')
    .set(restricted.headers)
    .send({
      currentPassword: credential,
      newPassword,
      securityQuestionId: 'first-teacher',
      securityAnswer: ANSWER,
    })
    .expect(204);
}

/** Adds a user and walks them through their first sign-in. */
export async function join(product: Product, practice: OpenedPractice, roles?: string[]): Promise<Member> {
  const invited = await invite(product, practice, roles);
  await setOwnPassword(product, practice, invited, invited.credential);
  const session = await signIn(product, practice.practiceId, invited.username, NEW_PASSWORD);
  return { ...invited, session };
}

/** A role of the practice's own, put straight into the table. */
export async function defineRole(
  { database }: Product,
  administratorId: string,
  key: string,
  permissions: string[],
): Promise<void> {
  await database.query(
    `insert into roles (practice_id, key, name, permissions)
     select practice_id, $2, $2, $3 from users where id = $1`,
    [administratorId, key, permissions],
  );
}

/** Many active people at once, straight into the tables: `<prefix>1`, `<prefix>2`, … with addresses of that name. */
export async function crowd(
  { database }: Product,
  administratorId: string,
  prefix: string,
  count: number,
): Promise<{ id: string; username: string; email: string }[]> {
  return database.query(
    `with person as (
       insert into users (practice_id, id, username, display_name, email, locale, status)
       select u.practice_id, gen_random_uuid(), $2 || nth, 'Member ' || nth, $2 || nth || '@crowd.example', 'en', 'active'
       from users u, generate_series(1, $3) nth where u.id = $1
       returning practice_id, id, username, email
     ), role as (
       insert into user_roles (practice_id, user_id, role_key) select practice_id, id, 'staff' from person
     ) select id, username, email from person`,
    [administratorId, prefix, count],
  );
}
