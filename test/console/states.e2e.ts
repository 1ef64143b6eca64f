import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
});

const ada = () => ({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
const signedIn = async (path = '/settings/users'): Promise<Page> => {
  const page = await console.open(`/sign-in?next=${encodeURIComponent(path)}`);
  await signInOn(page, ada());
  return page;
};
const endAllSessions = () => console.product.database.query('delete from sessions');

describe('a lost session', () => {
  it('opens the sign-in over the page and returns to it with what was typed', async () => {
    const page = await signedIn('/settings/users?add=true');
    const dialog = page.getByRole('dialog', { name: 'Add user' });
    await dialog.getByLabel('Name', { exact: true }).fill('Uma Petrov');
    await dialog.getByLabel('Email address').fill('uma@elm.example');
    await dialog.getByLabel('Username').fill('uma');
    // As the form is sent and no sooner: the page asks by itself as well, and would notice.
    let sent = false;
    await page.route('**/api/v1/users', async (route) => {
      if (route.request().method() === 'POST' && !sent) {
        sent = true;
        await endAllSessions();
      }
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Add and send welcome' }).click();
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.getByLabel('Password', { exact: true }).fill('wrong at first');
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.getByRole('alert').waitFor();
    await again.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await again.waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'Uma Petrov' }).waitFor();
  });

  it('leads to the sign-in when somebody comes later, and from there to the page they wanted', async () => {
    const page = await console.open('/audit?outcome=success');
    await signInOn(page, ada());
    await page.waitForURL(/\/audit\?outcome=success$/);
  });
});

it('what asks by itself never keeps a session alive', async () => {
  const page = await console.open('/sign-in');
  await page.clock.install();
  await signInOn(page, ada());
  await page.goto(`${console.url}/settings/users`);
  await page.getByRole('row').nth(1).waitFor();
  const asked = page.waitForRequest((request) => request.url().endsWith('/api/v1/users'), {
    timeout: 20_000,
  });
  await page.clock.runFor(35_000);
  expect((await asked).headers()['x-latchkey-background']).toBe('1');
});

it('whatever matters asks for the password again and then goes on by itself', async () => {
  const page = await signedIn();
  // The rule itself is the API's: here one call is answered as it would answer.
  let refused = false;
  await page.route('**/api/v1/users/*/password-reset', async (route) => {
    if (refused) return route.continue();
    refused = true;
    return route.fulfill({
      status: 403,
      contentType: 'application/problem+json',
      body: JSON.stringify({ code: 'reauthentication_required', status: 403, title: '', detail: '' }),
    });
  });
  await page.getByRole('link', { name: /Reset password for Mara/ }).click();
  await page.getByRole('button', { name: 'Send temporary password' }).click();
  const confirm = page.getByRole('dialog', { name: 'Confirm your password' });
  await confirm.getByLabel('Password', { exact: true }).fill('not mine');
  await confirm.getByRole('button', { name: 'Confirm' }).click();
  await confirm.getByText('That is not your password').waitFor();
  await confirm.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await confirm.getByRole('button', { name: 'Confirm' }).click();
  await page
    .getByRole('row')
    .filter({ hasText: member.username })
    .getByText(/Sent \d\d:/)
    .waitFor();
});

describe('a page', () => {
  it('that cannot be read stays, names the cause and offers another try', async () => {
    const page = await signedIn('/account');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    await page.route('**/api/v1/deliveries*', (route) => route.abort());
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('alert').getByText('No answer').waitFor();
    await page.unroute('**/api/v1/deliveries*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row').nth(1).waitFor();
  });

  it('that is slow shows its shape', async () => {
    const page = await signedIn('/account');
    const held = Promise.withResolvers<void>();
    await page.route('**/api/v1/deliveries*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('status', { name: 'Loading' }).waitFor();
    held.resolve();
    await page.getByRole('row').nth(1).waitFor();
  });

  it('that is empty says why', async () => {
    const page = await signedIn('/reset-log?state=cancelled');
    await page.getByText('No reset matches').waitFor();
    await page.goto(`${console.url}/overview`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });
});

it('a practice that has just been opened says of each list why it is empty, and what comes next', async () => {
  const { practiceId } = await openPractice(console.product);
  const page = await console.open('/sign-in?next=%2Freset-log');
  await signInOn(page, { practiceId, username: 'ada', password: PASSWORD });
  await page.getByText('No resets yet').waitFor();
  await page.getByText('Every reset, by themselves or by an administrator, will stand here.').waitFor();
  await page.goto(`${console.url}/overview`);
  await page.getByText('No resets in 30 days').waitFor();
  await page.getByRole('link', { name: 'Choose a second' }).click();
  await page.getByText('Nobody here can be chosen.').waitFor();
  await page.getByRole('link', { name: 'Add somebody new instead' }).click();
  await page.getByRole('dialog', { name: 'Add user' }).waitFor();
});

it('is quick with 5,000 users: pages by the server, never more than 200 rows', async () => {
  await console.product.database.query(
    `insert into users (practice_id, id, username, display_name, email, locale, status, created_at, updated_at, version)
     select practice_id, gen_random_uuid(), 'bulk' || lpad(n::text, 4, '0'), 'Bulk Person ' || n,
       'bulk' || n || '@elm.example', 'en', 'invited', now(), now(), 1
     from users, generate_series(1, 5000) n where id = $1`,
    [practice.administrator.userId],
  );
  const page = await signedIn();
  await page.getByRole('button', { name: 'Next page' }).click();
  await page.waitForURL(/cursor=/);
  await page.getByText('bulk0051', { exact: true }).waitFor();
  expect(await page.getByRole('row').count()).toBeLessThanOrEqual(201);
  const from = performance.now();
  await page.getByLabel('Name, username, email or id').fill('Bulk Person 4321');
  await page.getByText('bulk4321', { exact: true }).waitFor();
  expect(performance.now() - from).toBeLessThan(3_000);
  expect(page.url()).not.toContain('cursor=');
});
