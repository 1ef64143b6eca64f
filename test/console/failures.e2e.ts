import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { join, type Member } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { resetsOf } from '../support/recovery.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
});

const signedIn = async (path: string, options = {}): Promise<Page> => {
  const page = await console.open(`/sign-in?next=${encodeURIComponent(path)}`, options);
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
  return page;
};

/** Carries the first such request out and loses the answer on its way. */
async function loseAnswer(page: Page, path: string): Promise<string[]> {
  const keys: string[] = [];
  await page.route(path, async (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    keys.push(route.request().headers()['idempotency-key'] ?? 'none');
    if (keys.length > 1) return route.continue();
    await route.fetch();
    return route.abort();
  });
  return keys;
}

describe('an answer that was lost', () => {
  it('to a reset leads to no second reset when it is asked for again', async () => {
    const page = await signedIn('/settings/users');
    const keys = await loseAnswer(page, '**/api/v1/users/*/password-reset');
    await page.getByRole('link', { name: /Reset password for Mara/ }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Send temporary password' }).click();
    await dialog.getByText('No answer').waitFor();
    await dialog.getByRole('button', { name: 'Send temporary password' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: member.username })
      .getByText(/Sent \d\d:/)
      .waitFor();
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys).toEqual([keys[0], keys[0]]);
    const resets = await resetsOf(console.product, practice.administrator.headers, member.id);
    expect(resets).toHaveLength(1);
  });

  it('to an added user is told as if it had come; another wish is another request', async () => {
    const page = await signedIn('/settings/users?add=true');
    const keys = await loseAnswer(page, '**/api/v1/users');
    const dialog = page.getByRole('dialog', { name: 'Add user' });
    await dialog.getByLabel('Name', { exact: true }).fill('Lou Berg');
    await dialog.getByLabel('Email address').fill('lou@elm.example');
    await dialog.getByLabel('Username').fill('lou');
    await dialog.getByRole('button', { name: 'Add and send welcome' }).click();
    await dialog.getByText('No answer').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('Lou Bergman');
    await dialog.getByRole('button', { name: 'Add and send welcome' }).click();
    await dialog.getByText('That username is taken in this practice').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('Lou Berg');
    expect(new Set(keys).size).toBe(2);
  });
});

describe('a page whose program does not arrive', () => {
  it('keeps the frame, says so in both languages, and is fetched again', async () => {
    const page = await signedIn('/account');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    await page.route('**/assets/deliveries-page-*.js', (route) => route.abort());
    await page.getByRole('link', { name: 'Deliveries' }).click();
    await page.getByRole('heading', { name: 'This page is not there at the moment' }).waitFor();
    await page.getByRole('link', { name: 'Audit' }).waitFor();
    await page.unroute('**/assets/deliveries-page-*.js');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('table', { name: 'Deliveries' }).waitFor();

    const spanish = await console.open('/sign-in', { locale: 'es-ES' });
    await spanish.route('**/assets/reset-page-*.js', (route) => route.abort());
    await spanish.goto(`${console.url}/reset`);
    await spanish.getByRole('heading', { name: 'Esta página no está disponible ahora' }).waitFor();
    await spanish.getByRole('button', { name: 'Reintentar' }).waitFor();
  });

  it('stands where only a part of it is missing', async () => {
    const page = await signedIn('/account');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    await page.route('**/assets/palette-*.js', (route) => route.abort());
    await page.keyboard.press('Control+k');
    const dialog = page.getByRole('dialog', { name: 'Search' });
    await dialog.getByText('Part of the console did not arrive').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
  });

  it('stands in English where the other language is missing', async () => {
    const page = await console.open('/sign-in');
    const spanish = await page.context().browser()?.newContext({ locale: 'es-ES' });
    const theirs = await spanish?.newPage();
    await theirs?.route('**/assets/es-*.js', (route) => route.abort());
    await theirs?.goto(`${console.url}/sign-in`);
    await theirs?.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await theirs?.locator('html').getAttribute('lang')).toBe('en');
    await spanish?.close();
  });
});

it('the first page shows its shape while nobody knows who is there, and what failed when nobody answers', async () => {
  const page = await signedIn('/account');
  const held = Promise.withResolvers<void>();
  await page.route('**/api/v1/sessions/current', async (route) => {
    await held.promise;
    await route.abort();
  });
  await page.reload();
  await page.getByRole('status', { name: 'Loading' }).waitFor();
  held.resolve();
  await page.getByRole('heading', { name: 'This page is not there at the moment' }).waitFor();
  await page.getByRole('alert').getByText('No answer').waitFor();
  await page.unroute('**/api/v1/sessions/current');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { name: 'My account' }).waitFor();
});

it.each([
  '/audit?from=2026-13-45&to=2026-02-30',
  '/audit?around=abc',
  '/audit?around=2026-11-23T09%3A00%3A00Z',
  '/reset-log?from=9999-12-31',
])('the address %s shows the list as if the part that means nothing were not there', async (path) => {
  const page = await signedIn(path);
  await page.getByRole('row').nth(1).waitFor();
});

it('an answer that breaks off in the middle is a failure like any other', async () => {
  const page = await signedIn('/account');
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  await page.route('**/api/v1/deliveries*', (route) =>
    route.fulfill({ status: 200, contentType: 'application/json', body: '{"items": [' }),
  );
  await page.getByRole('link', { name: 'Deliveries' }).click();
  await page.getByRole('alert').getByText('No answer').waitFor();
});

it('what cannot be copied says so', async () => {
  const page = await signedIn('/settings/practice');
  await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("not allowed"))');
  await page.getByRole('button', { name: 'Copy Practice ID' }).click();
  await page.getByText('Not copied: mark it and copy it by hand').waitFor();
});

it('a saved form says no longer that it is saved once the next saving is refused', async () => {
  const page = await signedIn('/settings/practice');
  const minutes = page.getByLabel('Sign out without use, minutes');
  await minutes.fill('20');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Saved.').waitFor();
  await page.route('**/api/v1/practice', (route) =>
    route.request().method() === 'PATCH' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('No answer').waitFor();
  expect(await page.getByText('Saved.').count()).toBe(0);
});
