import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { join } from '../support/people.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const console = useConsole();
let practice: OpenedPractice;
let page: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  await join(console.product, practice);
  page = await console.open('/sign-in');
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
});

const go = (path: string) => page.goto(console.url + path);
const focused = (attribute: string) => page.locator(':focus').getAttribute(attribute);
const search = () => page.getByLabel('Name, username, email or id');

describe('a search field', () => {
  it('keeps every key, the space at the end of a word too, however slowly somebody types', async () => {
    await go('/settings/users');
    await search().pressSequentially('mara ', { delay: 80 });
    await page.waitForURL(/search=mara/);
    await search().pressSequentially('quill', { delay: 280 });
    expect(await search().inputValue()).toBe('mara quill');
    await page.waitForURL(/search=mara(?:\+|%20)quill/);
    expect(await search().inputValue()).toBe('mara quill');
    await page.getByRole('row').filter({ hasText: 'Mara Quill' }).waitFor();
  });

  it('follows the address where somebody else changed it, as Back does', async () => {
    await go('/account');
    await go('/settings/users?search=mara');
    await page.getByRole('tab', { name: 'Practice' }).click();
    await page.getByRole('button', { name: 'Save' }).waitFor();
    await page.goBack();
    await page.waitForURL(/search=mara/);
    expect(await search().inputValue()).toBe('mara');
    await go('/settings/users');
    expect(await search().inputValue()).toBe('');
  });

  it('says aloud how much it found', async () => {
    await go('/settings/users');
    await page.getByRole('status').filter({ hasText: '2 lines on this page' }).waitFor();
    await search().fill('quill');
    await page.getByRole('status').filter({ hasText: '1 line on this page' }).waitFor();
    await search().fill('xyzzy');
    await page.getByRole('status').filter({ hasText: 'Nothing found' }).waitFor();
  });
});

describe('a date field', () => {
  it('takes a day typed by keyboard, and narrows the list once it is one', async () => {
    await go('/reset-log');
    await page.getByLabel('From').focus();
    await page.keyboard.type('11022026', { delay: 40 });
    await page.waitForURL(/from=2026-(?:11-02|02-11)$/);
    expect(await page.getByLabel('From').inputValue()).toMatch(/^2026-(?:11-02|02-11)$/);
    await page.getByLabel('From').fill('');
    await page.waitForURL((url) => url.search === '');
  });
});

describe('the focus', () => {
  it('stays in the dialog when / is typed there', async () => {
    await go('/settings/users');
    const link = page.getByRole('link', { name: /Reset password for Mara/ });
    await link.click();
    const send = page.getByRole('button', { name: 'Send temporary password' });
    await send.focus();
    await page.keyboard.press('/');
    expect(await page.locator(':focus').textContent()).toBe('Send temporary password');
    expect(await page.getByRole('dialog').count()).toBe(1);
  });

  it('walks along the tabs by arrow keys', async () => {
    await go('/settings/users');
    await page.getByRole('tab', { name: 'Users' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/\/settings\/practice$/);
    await page.getByRole('button', { name: 'Save' }).waitFor();
    expect(await page.locator(':focus').textContent()).toBe('Practice');
    await page.keyboard.press('ArrowRight');
    await page.waitForURL(/\/settings\/roles$/);
    expect(await page.locator(':focus').textContent()).toBe('Roles');
  });

  it.each(['Change user', 'Deactivate'])('comes back to the row’s ⋯ after %s', async (item) => {
    await go('/settings/users');
    await page.getByRole('button', { name: /More for Mara/ }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: item }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect.poll(() => focused('aria-label')).toMatch(/More for Mara/);
  });

  it('is never below the header that stays at the top', async () => {
    await page.setViewportSize({ width: 1000, height: 400 });
    await go('/settings/practice');
    await page.getByRole('button', { name: 'Save' }).focus();
    const tops: number[] = [];
    for (let step = 0; step < 8; step += 1) {
      await page.keyboard.press('Shift+Tab');
      tops.push((await page.locator(':focus').boundingBox())?.y ?? Number.POSITIVE_INFINITY);
    }
    expect(Math.min(...tops)).toBeGreaterThanOrEqual(56);
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('goes to the emptied password after a wrong one, and to the heading of the next page', async () => {
    const outside = await console.open('/sign-in');
    await outside.getByLabel('Practice ID').fill(practice.practiceId);
    await outside.getByLabel('Username').fill('ada');
    await outside.getByLabel('Password', { exact: true }).fill('not the password at all');
    await outside.getByRole('button', { name: 'Sign in' }).click();
    await outside.getByRole('alert').waitFor();
    expect(await outside.locator(':focus').getAttribute('name')).toBe('password');
    await outside.getByRole('link', { name: 'Open a practice' }).click();
    await outside.getByRole('heading', { name: 'Open a practice' }).waitFor();
    await expect.poll(() => outside.locator(':focus').textContent()).toBe('Open a practice');
  });
});

describe('the search for everything', () => {
  it('is quiet while it looks, and an arrow in an empty list spoils nothing', async () => {
    await go('/account');
    await page.getByRole('heading', { name: 'My account' }).waitFor();
    const held = Promise.withResolvers<void>();
    await page.route('**/api/v1/users?*', async (route) => {
      await held.promise;
      await route.continue();
    });
    await page.keyboard.press('Control+k');
    const field = page.getByRole('combobox', { name: 'Search pages and people' });
    await field.fill('quill');
    await page.getByRole('status').filter({ hasText: 'Looking' }).waitFor();
    await page.keyboard.press('ArrowDown');
    held.resolve();
    await page.getByRole('option', { name: /Mara Quill/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(/settings\/users\?search=mara/);
  });
});
