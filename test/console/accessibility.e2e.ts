import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOn, signInOn, useConsole } from '../support/browser.js';
import { beginBulkReset, ended } from '../support/bulk-resets.js';
import { invite, join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { resetIn } from '../support/recovery.js';
import { OUTSIDE, PAGES, row } from './screens.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
  const { headers } = practice.administrator;
  await console.product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  await resetIn(console.product, headers, member.id, 'sent');
  // Every channel that has been used is a column of the overview's table.
  const many = await beginBulkReset(console.product, headers, { role: 'staff' });
  await ended(console.product, headers, many.body.id);
  await resetIn(console.product, headers, member.id, 'sent');
  const role = { key: 'front-desk', name: 'Front desk', permissions: ['user:read'] };
  await console.product.http.post('/api/v1/roles').set(headers).send(role).expect(201);
  for (const years of [20, 8]) {
    await console.product.http.patch('/api/v1/audit-retention').set(headers).send({ years }).expect(200);
  }
  const hold = { reason: 'Case 2026/117' };
  await console.product.http.put('/api/v1/audit-retention/hold').set(headers).send(hold).expect(200);
  for (const subject of ['First', 'Second']) {
    const wording = { subject, html: '<p>{{displayName}}</p>', text: '{{displayName}}', locale: 'en' };
    await console.product.http
      .put('/api/v1/templates/password-changed')
      .set(headers)
      .send(wording)
      .expect(200);
  }
});

const asAdministrator = async (path: string, options: BrowserContextOptions): Promise<Page> => {
  const page = await console.open('/sign-in', { reducedMotion: 'reduce', ...options });
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
  await page.goto(console.url + path);
  return page;
};

/** Nothing may reach beyond the window: whoever zooms to 400 % would scroll in two directions (WCAG 1.4.10). */
const fits = (page: Page) =>
  page.evaluate<boolean>('document.documentElement.scrollWidth <= document.documentElement.clientWidth');

describe.each([
  ['light scheme', { colorScheme: 'light' }],
  ['dark scheme, 320 px wide', { colorScheme: 'dark', viewport: { width: 320, height: 640 } }],
] as const)(
  'in the %s axe finds nothing (WCAG 2.0–2.2, A and AA) and nothing runs out of the window',
  (_scheme, options) => {
    it.each(OUTSIDE)('on %s', async (_name, path, ...steps) => {
      const page = await console.open(path, { reducedMotion: 'reduce', ...options });
      await page.getByRole('heading').first().waitFor();
      for (const step of steps) await step(page);
      expect(await faultsOn(page)).toEqual([]);
      expect(await fits(page)).toBe(true);
    });

    it('on the reset’s question, its answer and the new password', async () => {
      const page = await console.open(
        `/reset?practiceId=${practice.practiceId}&username=${member.username}`,
        {
          reducedMotion: 'reduce',
          ...options,
        },
      );
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('heading', { name: 'Your security question' }).waitFor();
      expect(await faultsOn(page)).toEqual([]);
      await page.getByRole('textbox').fill('not the answer');
      await page.getByRole('button', { name: 'Send temporary password' }).click();
      await page.getByText('Nothing arrived?').waitFor();
      expect(await faultsOn(page)).toEqual([]);
    });

    it('on what fails, waits, is refused, interrupts, and on the first own password', async () => {
      const page = await asAdministrator('/account', options);
      const faults: Record<string, string[]> = {};
      const look = async (name: string, at: Page) => {
        const found = await faultsOn(at);
        if (!(await fits(at))) found.push('wider than the window');
        if (found.length > 0) faults[name] = found;
      };
      await page.route('**/api/v1/deliveries*', (route) => route.abort());
      await page.goto(`${console.url}/deliveries`);
      await page.getByRole('alert').waitFor();
      await look('a list that failed', page);

      const held = Promise.withResolvers<void>();
      await page.route('**/api/v1/password-resets*', async (route) => {
        await held.promise;
        await route.continue();
      });
      await page.goto(`${console.url}/reset-log`);
      await page.getByRole('status', { name: 'Loading' }).waitFor();
      await look('a list on its way', page);
      held.resolve();

      await page.route('**/api/v1/users/*/password-reset', (route) =>
        route.fulfill({
          status: 403,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'reauthentication_required', status: 403, title: '', detail: '' }),
        }),
      );
      await page.goto(`${console.url}/settings/users?reset=${member.id}`);
      await page.getByRole('button', { name: 'Send temporary password' }).click();
      await page.getByRole('dialog', { name: 'Confirm your password' }).waitFor();
      await look('the confirmation by password', page);

      await page.goto(`${console.url}/settings/users`);
      await row(page);
      await page.route('**/api/v1/users?*', (route) =>
        route.fulfill({
          status: 401,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'unauthenticated', status: 401, title: '', detail: '' }),
        }),
      );
      await page.getByLabel('State').selectOption('active');
      await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
      await look('the sign-in over the page', page);

      const { practiceId } = practice;
      const staff = await console.open('/sign-in?next=%2Faudit', { reducedMotion: 'reduce', ...options });
      await signInOn(staff, { practiceId, username: member.username, password: NEW_PASSWORD });
      await staff.getByText('Your roles do not include this page').waitFor();
      await look('a page that roles do not include', staff);

      const other = await openPractice(console.product);
      const { username, credential } = await invite(console.product, other);
      const fresh = await console.open('/sign-in', { reducedMotion: 'reduce', ...options });
      await signInOn(fresh, { practiceId: other.practiceId, username, password: credential });
      await fresh.getByRole('heading', { name: 'Set your password' }).waitFor();
      await fresh.getByLabel('New password').fill('short');
      await look('the first own password', fresh);
      expect(faults).toEqual({});
    }, 240_000);

    it('on any page inside', async () => {
      const page = await asAdministrator('/account', options);
      const faults: Record<string, string[]> = {};
      for (const [name, path, ...steps] of PAGES) {
        await page.goto(console.url + path);
        for (const step of steps) await step(page);
        const found = await faultsOn(page);
        if (!(await fits(page))) found.push('wider than the window');
        if (found.length > 0) faults[name] = found;
      }
      expect(faults).toEqual({});
    }, 240_000);
  },
);

describe('at 320 px', () => {
  it('the pages fold under one button', async () => {
    const page = await asAdministrator('/account', { viewport: { width: 320, height: 640 } });
    await page.getByRole('button', { name: 'Pages' }).click();
    await page.getByRole('link', { name: 'Reset log' }).click();
    await page.getByRole('heading', { name: 'Reset log' }).waitFor();
    expect(await page.getByRole('link', { name: 'Deliveries' }).isVisible()).toBe(false);
  });
});

describe('the keyboard', () => {
  it('goes to the search with /, finds everything with Ctrl+K, and closes with Esc to where it was', async () => {
    const page = await asAdministrator('/settings/users', {});
    await row(page);
    await page.keyboard.press('/');
    expect(await page.locator(':focus').getAttribute('type')).toBe('search');
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search pages and people' }).fill('audit');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Audit' }).waitFor();
    await page.goBack();
    const link = page.getByRole('link', { name: /Reset password for Mara/ });
    await link.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await expect
      .poll(() => page.locator(':focus').getAttribute('aria-label'))
      .toMatch(/Reset password for Mara/);
  });

  it('skips to the content first', async () => {
    const page = await asAdministrator('/overview', {});
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').textContent()).toBe('Go to the content');
  });
});

it('speaks Spanish to whoever prefers it, dates and all', async () => {
  const page = await console.open('/sign-in', { locale: 'es-ES' });
  await page.getByRole('heading', { name: 'Iniciar sesión' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
  await page.getByLabel('ID del centro').fill(practice.practiceId);
  await page.getByLabel('Usuario').fill(member.username);
  await page.getByLabel('Contraseña', { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
});
