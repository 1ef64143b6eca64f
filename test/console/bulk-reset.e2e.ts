import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { bulkReset, plantPeople } from '../support/bulk-resets.js';
import { nextMail } from '../support/mail.js';
import { join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

/** So that a run pauses of itself after five, until the clock is moved. */
const console = useConsole({ env: { RATE_LIMIT_FACTOR: '1' } });
let practice: OpenedPractice;
let mara: Member;
let page: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  mara = await join(console.product, practice);
  await plantPeople(console.product, practice, 11);
  page = await console.open('/sign-in');
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
});

const dialog = () => page.getByRole('dialog', { name: 'Reset many passwords' });
const idOf = (): string => new URL(page.url()).searchParams.get('bulk') ?? '';
const run = () => bulkReset(console.product, practice.administrator.headers, idOf());

async function choose(role: string): Promise<void> {
  await page.goto(`${console.url}/settings/users`);
  await page.getByRole('link', { name: 'Reset many passwords' }).click();
  await dialog().getByLabel('Role').selectOption({ label: role });
  await dialog().getByRole('button', { name: 'Show for whom' }).click();
}

describe('an administrator who resets many passwords', () => {
  it('is told when nobody is meant, and chooses again from what was chosen', async () => {
    await choose('Auditor');
    await dialog().getByText('Nobody matches').waitFor();
    await dialog().getByRole('button', { name: 'Choose again' }).click();
    expect(await dialog().getByLabel('Role').inputValue()).toBe('auditor');
    await dialog().getByLabel('Role').selectOption({ label: 'Staff' });
    await dialog().getByLabel('Password last set before').fill('2020-01-01');
    await dialog().getByRole('button', { name: 'Show for whom' }).click();
    await dialog().getByText('Nobody matches').waitFor();
  });

  it('sees for whom and what it does to them before anything is sent, also by the keyboard', async () => {
    await page.goto(`${console.url}/settings/users?bulk=new`);
    await dialog().getByLabel('Role').selectOption({ label: 'Staff' });
    await dialog().getByRole('button', { name: 'Show for whom' }).press('Enter');
    await dialog().getByText('12 people would receive a temporary password').waitFor();
    await expect.poll(() => dialog().locator(':focus').count()).toBe(1);
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Choose again');
    await dialog().getByText(mara.username, { exact: true }).waitFor();
    await dialog().getByText('and 2 more').waitFor();
    await dialog().getByText('present passwords keep working').waitFor();
    const { body } = await console.product.http
      .get('/api/v1/bulk-password-resets')
      .set(practice.administrator.headers);
    expect(body.items).toEqual([]);
  });

  it('watches it go on, pauses it, lets it go on, and cancels the rest', async () => {
    await dialog().getByRole('button', { name: 'Send to 12 people' }).click();
    await dialog().getByText('5 of 12 people').waitFor();
    await page.getByRole('progressbar', { name: 'Being sent' }).waitFor();
    await nextMail(console.product.mailbox, mara.email, 'temporary-credential');

    await dialog().getByRole('button', { name: 'Pause' }).click();
    await dialog().getByText('Nobody is sent anything until it goes on').waitFor();
    await console.product.advance(60);
    expect(await run()).toMatchObject({ state: 'paused', done: 5 });

    await dialog().getByRole('button', { name: 'Go on' }).click();
    await dialog().getByText('10 of 12 people').waitFor();
    await dialog().getByRole('button', { name: 'Cancel the rest' }).click();
    const sure = page.getByRole('dialog', { name: 'Cancel the rest for good?' });
    await sure.getByText('2 people have not had their turn').waitFor();
    await sure.getByRole('button', { name: 'Cancel the rest' }).click();
    await dialog().getByText('keeps the temporary password. Nobody else').waitFor();
    expect(await run()).toMatchObject({ state: 'cancelled', done: 10 });
    expect(await dialog().getByRole('button', { name: 'Pause' }).count()).toBe(0);
  });

  it('finds it again by its address, with what became of each person and why', async () => {
    const people = dialog().getByRole('table', { name: 'People of this bulk reset' });
    await page.reload();
    await people.getByRole('row').filter({ hasText: mara.username }).getByText('Asked for').waitFor();
    await console.product.database.query(
      `update bulk_reset_rows set outcome = 'failed', reason = 'has no mailbox' where position = 3`,
    );
    await page.reload();
    await dialog().getByLabel('Outcome').selectOption({ label: 'Not possible' });
    await people.getByText('has no mailbox').waitFor();
    await expect.poll(() => people.getByRole('row').count()).toBe(2);
    await dialog().getByLabel('Outcome').selectOption({ label: 'Cancelled' });
    await expect.poll(() => people.getByRole('row').count()).toBe(3);
  });

  it('is led to the one under way, also when somebody else began it meanwhile', async () => {
    await choose('Staff');
    await dialog().getByText('12 people would receive').waitFor();
    const { body } = await console.product.http
      .post('/api/v1/bulk-password-resets')
      .set(practice.administrator.headers)
      .send({ filter: { role: 'staff' }, dryRun: false })
      .expect(202);
    await dialog().getByRole('button', { name: 'Send to 12 people' }).click();
    await dialog().getByText('A bulk reset is under way').waitFor();
    await dialog().getByRole('button', { name: 'Show it' }).click();
    await dialog().getByText('Being sent').waitFor();
    expect(idOf()).toBe(body.id);
    await page.goto(`${console.url}/settings/users?bulk=new`);
    await dialog().getByText('A bulk reset is under way').waitFor();
    await dialog().getByRole('button', { name: 'Show it' }).click();
    await page.waitForURL(new RegExp(body.id));
  });

  it('is followed by asking where no stream gets through, and hears that the right was lost', async () => {
    await page.route('**/events', (route) => route.abort());
    const chief = await join(console.product, practice, ['administrator']);
    const { headers } = practice.administrator;
    await console.product.http.post(`/api/v1/bulk-password-resets/${idOf()}/cancel`).set(headers).expect(200);
    const { body } = await console.product.http
      .post('/api/v1/bulk-password-resets')
      .set(chief.session.headers)
      .send({ filter: { role: 'staff' }, dryRun: false })
      .expect(202);
    await page.goto(`${console.url}/settings/users?bulk=${body.id}`);
    await dialog().getByText('5 of 12 people').waitFor();
    await console.product.http
      .patch(`/api/v1/users/${chief.id}`)
      .set(headers)
      .send({ roles: ['staff'] })
      .expect(200);
    await console.product.advance(5);
    await dialog().getByText('whoever began it may no longer reset passwords').waitFor();
    await page.unroute('**/events');
  });
});

it('who may reset nobody is not offered it, not even by its address', async () => {
  const auditor = await join(console.product, practice, ['auditor']);
  const other = await console.open('/sign-in?next=%2Fsettings%2Fusers%3Fbulk%3Dnew');
  const { practiceId } = practice;
  await signInOn(other, { practiceId, username: auditor.username, password: NEW_PASSWORD });
  await other.getByRole('dialog').getByText('Your roles do not include this page').waitFor();
  expect(await other.getByRole('link', { name: 'Reset many passwords' }).count()).toBe(0);
});

it('that mail has stopped stands above every list that waits for it, until it runs again', async () => {
  const { product, url } = console;
  // A mail that gets out ends it: nobody may send meanwhile.
  await product.stopWorker();
  await product.database.query('update mail_pulse set stopped_at = app_now()');
  for (const path of ['/settings/users', '/deliveries', '/reset-log']) {
    await page.goto(url + path);
    await page.getByText('no mail server can be reached').waitFor();
    await page.getByText('there is no need to ask again').waitFor();
  }
  await product.database.query('update mail_pulse set stopped_at = null');
  await product.advance(121);
  await page.reload();
  await page.getByText('nothing sends it at the moment').waitFor();
  await product.startWorker();
  const ready = async () => (await product.http.get('/health/ready')).body.mail.state;
  await expect.poll(ready, { timeout: 10_000 }).toBe('ok');
  await page.reload();
  await page.getByRole('row').nth(1).waitFor();
  expect(await page.getByText('Mail has stopped').count()).toBe(0);
});
