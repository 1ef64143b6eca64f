import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { invite, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
let page: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
  page = await console.open('/sign-in');
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
});

const nameOf = async ({ id }: { id: string }): Promise<string> => {
  const [row] = await console.product.database.query<{ display_name: string }>(
    'select display_name from users where id = $1',
    [id],
  );
  return row?.display_name ?? '';
};

/** Behind the gear at the top right, the tab Users. */
async function openUsers(): Promise<void> {
  await page.goto(`${console.url}/account`);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('tab', { name: 'Users' }).click();
  await page.getByRole('table', { name: 'Users' }).waitFor();
}

describe('an administrator', () => {
  it('resets a colleague’s password in two clicks and sees the mail accepted, then used', async () => {
    await openUsers();
    const row = page.getByRole('row').filter({ hasText: member.username });
    const link = page.getByRole('link', { name: `Reset password for ${await nameOf(member)}` });
    expect(await link.textContent()).toBe('Reset Password');
    await link.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(`${member.email.slice(0, 1)}•••@elm.example`).waitFor();
    await dialog.getByText(/once, for 24 hours from when it is sent/).waitFor();
    expect(await dialog.textContent()).not.toContain(member.email);
    const stream = page.waitForRequest(/\/password-resets\/[\w-]+\/events$/);
    await dialog.getByRole('button', { name: 'Send temporary password' }).click();
    await row.getByText(/Sent \d\d:\d\d:\d\d, works until/).waitFor();
    expect((await stream).headers()['accept']).toBe('text/event-stream');

    const mail = await nextMail(console.product.mailbox, member.email, 'temporary-credential');
    await console.product.http
      .post('/api/v1/sessions')
      .send({ practiceId: practice.practiceId, username: member.username, password: credentialIn(mail) })
      .expect(201);
    await row.getByText(/Used \d\d:\d\d:\d\d/).waitFor();
  });

  it('sees the same where a proxy lets no stream of events through', async () => {
    const colleague = await join(console.product, practice);
    await page.route('**/events', (route) => route.abort());
    await openUsers();
    await page.getByRole('link', { name: `Reset password for ${await nameOf(colleague)}` }).click();
    await page.getByRole('button', { name: 'Send temporary password' }).click();
    const row = page.getByRole('row').filter({ hasText: colleague.username });
    await row.getByText(/Sent \d\d:\d\d:\d\d, works until/).waitFor();
    await page.unroute('**/events');
  });

  it('locks an account at once when told to, after reading what that means', async () => {
    const colleague = await join(console.product, practice);
    await openUsers();
    await page.getByRole('link', { name: `Reset password for ${await nameOf(colleague)}` }).click();
    await page.getByRole('switch', { name: 'Lock the account now' }).check({ force: true });
    await page.getByText('the present password stops working at once').waitFor();
    await page.getByRole('button', { name: 'Send temporary password' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await console.product.http
      .post('/api/v1/sessions')
      .send({ practiceId: practice.practiceId, username: colleague.username, password: NEW_PASSWORD })
      .expect(401);
  });

  it('makes a second administrator from the advice, and the advice is gone', async () => {
    await openUsers();
    await page.getByRole('link', { name: 'Choose a second' }).click();
    await page.getByRole('radio', { name: new RegExp(await nameOf(member)) }).check();
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('Only one administrator').waitFor({ state: 'detached' });
    const row = page.getByRole('row').filter({ hasText: member.username });
    await row.getByText('Administrator').waitFor();
  });

  it('adds a user, who receives a welcome, and may send it again', async () => {
    await openUsers();
    await page.getByRole('link', { name: 'Add user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Lee Sandoval');
    await dialog.getByLabel('Email address').fill('lee@elm.example');
    await dialog.getByLabel('Username').fill('ada');
    await dialog.getByRole('button', { name: 'Add and send welcome' }).click();
    await dialog.getByText('That username is taken in this practice').waitFor();
    await dialog.getByLabel('Username').fill('lee');
    await dialog.getByRole('button', { name: 'Add and send welcome' }).click();
    await dialog.waitFor({ state: 'detached' });
    const first = await nextMail(console.product.mailbox, 'lee@elm.example', 'member-welcome');
    await page
      .getByRole('row')
      .filter({ hasText: 'lee' })
      .getByText(/Temporary password/)
      .waitFor();
    await page.getByRole('button', { name: 'More for Lee Sandoval' }).click();
    await page.getByRole('menuitem', { name: 'Send welcome again' }).click();
    await page.getByRole('button', { name: 'Send welcome again' }).click();
    const again = await nextMail(console.product.mailbox, 'lee@elm.example', 'member-welcome', [first]);
    expect(credentialIn(again)).toBe(credentialIn(first));
  });

  it('sends a welcome again from the row itself, and hands on the Practice ID from the same page', async () => {
    const invited = await invite(console.product, practice);
    await page.goto(`${console.url}/settings/users?search=${invited.username}`);
    const row = page.getByRole('row').filter({ hasText: invited.username });
    await row.getByText('Send again', { exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Send welcome again' }).click();
    const again = await nextMail(console.product.mailbox, invited.email, 'member-welcome', [invited.welcome]);
    expect(credentialIn(again)).toBe(invited.credential);
    await page.getByText(practice.practiceId, { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Copy Practice ID' }).waitFor();
    const narrow = page.getByLabel('Temporary password', { exact: true });
    await narrow.selectOption('expired');
    await page.getByText('Nobody matches').waitFor();
    await narrow.selectOption('sent');
    await row.waitFor();
  });

  it('deactivates and activates a user, and is told what that does', async () => {
    const leaver = await join(console.product, practice);
    const name = await nameOf(leaver);
    await openUsers();
    await page.getByLabel('Name, username, email or id').fill(leaver.username);
    await page.waitForURL(/search=/);
    const row = page.getByRole('row').filter({ hasText: leaver.username });
    await page.getByRole('button', { name: `More for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Deactivate' }).click();
    await page.getByText('can no longer sign in').waitFor();
    await page.getByRole('button', { name: 'Deactivate' }).click();
    await row.getByText('Deactivated').waitFor();
    await page.getByRole('button', { name: `More for ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Activate' }).click();
    await page.getByRole('button', { name: 'Activate' }).click();
    await row.getByText('Deactivated').waitFor({ state: 'detached' });
  });

  it('keeps what is searched in the address, and Back takes it away', async () => {
    const { username } = await invite(console.product, practice);
    await page.goto(`${console.url}/settings/users?search=${username}&status=invited`);
    await page.getByRole('row').filter({ hasText: username }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    expect(await page.getByLabel('State').inputValue()).toBe('invited');
    await page.getByLabel('Name, username, email or id').fill('nobody-like-this');
    await page.getByText('Nobody matches').waitFor();
  });

  it('changes the policy of the practice based on what was read', async () => {
    await page.goto(`${console.url}/settings/practice`);
    await page.getByLabel('Temporary password sent by an administrator, hours').fill('12');
    await console.product.http
      .patch('/api/v1/practice')
      .set(practice.administrator.headers)
      .send({ policy: { sessionAbsoluteHours: 10 } })
      .expect(200);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').getByText('Changed by somebody else meanwhile').waitFor();
    await page.reload();
    await page.getByLabel('Temporary password sent by an administrator, hours').fill('12');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
    const { body } = await console.product.http
      .get('/api/v1/practice')
      .set(practice.administrator.headers)
      .expect(200);
    expect(body.policy).toMatchObject({ issuedCredentialHours: 12, sessionAbsoluteHours: 10 });
  });

  it('is asked for every number of the policy: an emptied one would be sent as 0, which is "never"', async () => {
    await page.goto(`${console.url}/settings/practice`);
    const again = page.getByLabel('Confirm the password again, minutes');
    await again.fill('');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Please fill this in.').waitFor();
    await again.fill('61');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('A whole number from 0 to 60.').waitFor();
    expect(await page.getByText('Saved.').count()).toBe(0);
    await again.fill('0');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved.').waitFor();
  });

  it('overwrites nothing that another administrator changed while a form was open, read again or not', async () => {
    const colleague = await join(console.product, practice);
    const { headers } = practice.administrator;
    const path = `/api/v1/users/${colleague.id}`;
    await page.goto(`${console.url}/settings/users?search=${colleague.username}`);
    await page.getByRole('button', { name: /More for/ }).click();
    await page.getByRole('menuitem', { name: 'Change user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Email address').fill('moved@elm.example');
    await console.product.http.patch(path).set(headers).send({ displayName: 'Mara Newname' }).expect(200);
    const readAgain = page.waitForResponse((answer) => answer.url().endsWith(path));
    await page.evaluate('window.dispatchEvent(new Event("visibilitychange"))');
    await (await readAgain).finished();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Changed by somebody else meanwhile').waitFor();
    const { body } = await console.product.http.get(path).set(headers).expect(200);
    expect(body).toMatchObject({ displayName: 'Mara Newname', email: colleague.email });
  });

  it('makes somebody an administrator beside what they have become meanwhile', async () => {
    const colleague = await join(console.product, practice);
    const name = await nameOf(colleague);
    const { headers } = practice.administrator;
    const path = `/api/v1/users/${colleague.id}`;
    await page.goto(`${console.url}/settings/users?designate=true`);
    await page.getByRole('dialog').getByLabel('Name, username, email or id').fill(colleague.username);
    await page.getByRole('radio', { name: new RegExp(name) }).check();
    await console.product.http
      .patch(path)
      .set(headers)
      .send({ roles: ['auditor'] })
      .expect(200);
    await page.getByRole('button', { name: 'Make administrator' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    const { body } = await console.product.http.get(path).set(headers).expect(200);
    expect(body.roles).toEqual(['administrator', 'auditor']);
  });

  it('defines a role of the practice, gives it, and cannot delete it while somebody has it', async () => {
    const colleague = await join(console.product, practice);
    await page.goto(`${console.url}/settings/roles`);
    await page.getByRole('button', { name: 'Add role' }).click();
    await page.getByLabel('Name of the role').fill('Front desk');
    await page.getByLabel('Key').fill('front-desk');
    await page.getByRole('checkbox', { name: 'Send a temporary password to a user' }).check();
    await page.getByRole('checkbox', { name: 'See the users of the practice' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Front desk' }).waitFor();

    await page.goto(`${console.url}/settings/users?search=${colleague.username}`);
    await page.getByRole('button', { name: /More for/ }).click();
    await page.getByRole('menuitem', { name: 'Change user' }).click();
    await page.getByRole('checkbox', { name: 'Front desk' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('row').filter({ hasText: colleague.username }).getByText('Front desk').waitFor();

    await page.goto(`${console.url}/settings/roles`);
    await page.getByRole('button', { name: 'Change Front desk' }).click();
    await page.getByRole('button', { name: 'Delete role' }).click();
    const sure = page.getByRole('dialog', { name: 'Delete the role Front desk?' });
    await sure.getByText('cannot be brought back').waitFor();
    await sure.getByRole('button', { name: 'Delete role' }).click();
    await page.getByText('The role is still in use').waitFor();
  });

  it('erases somebody for good, after reading what that means', async () => {
    const leaver = await join(console.product, practice);
    await page.goto(`${console.url}/settings/users?search=${leaver.username}`);
    await page.getByRole('button', { name: /More for/ }).click();
    await page.getByRole('menuitem', { name: 'Erase for good' }).click();
    await page.getByText('cannot be brought back').waitFor();
    await page.getByRole('button', { name: 'Erase for good' }).click();
    await page.getByText('Nobody matches').waitFor();
  });

  it('is offered to send again what may come, and not what can only be refused', async () => {
    const newcomer = await invite(console.product, practice);
    const [welcome] = await console.product.database.query<{ id: string }>(
      'select id from deliveries where user_id = $1',
      [newcomer.id],
    );
    const sendAgain = page.getByRole('button', { name: 'Send again' });
    await page.goto(`${console.url}/deliveries?open=${welcome?.id}`);
    await sendAgain.waitFor();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Accepted').first().waitFor();
    await console.product.database.query(`update deliveries set state = 'bounced' where id = $1`, [
      welcome?.id,
    ]);
    await page.reload();
    await dialog.getByText('Came back').first().waitFor();
    expect(await sendAgain.count()).toBe(0);
  });
});
