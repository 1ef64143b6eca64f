import type { BrowserContextOptions, Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOn, signInOn, useConsole } from '../support/browser.js';
import { join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { resetIn } from '../support/recovery.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
  const { headers } = practice.administrator;
  await console.product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  await resetIn(console.product, headers, member.id, 'sent');
  const role = { key: 'front-desk', name: 'Front desk', permissions: ['user:read'] };
  await console.product.http.post('/api/v1/roles').set(headers).send(role).expect(201);
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

type Step = (page: Page) => Promise<unknown>;
const row: Step = (page) => page.getByRole('row').nth(1).waitFor();

/** Every page with its rows, every dialog open, an error shown. */
const PAGES: readonly [string, string, ...Step[]][] = [
  ['the overview', '/overview', (page) => page.getByRole('img', { name: /Resets a day/ }).waitFor()],
  [
    'the overview as tables',
    '/overview',
    (page) => page.getByRole('button', { name: 'Show as table' }).first().click(),
    (page) => page.getByRole('table', { name: 'Resets a day' }).waitFor(),
  ],
  ['the reset log', '/reset-log', row],
  [
    'one reset',
    '/reset-log?state=sent',
    (page) =>
      page
        .getByRole('link', { name: /Reset of/ })
        .first()
        .click(),
    (page) => page.getByText(/^250 OK/).waitFor(),
  ],
  ['the deliveries', '/deliveries', row],
  [
    'one delivery',
    '/deliveries',
    (page) =>
      page
        .getByRole('link', { name: /Delivery:/ })
        .first()
        .click(),
    (page) => page.getByRole('button', { name: 'Send again' }).waitFor(),
  ],
  [
    'the audit trail, verified',
    '/audit',
    row,
    (page) => page.getByRole('button', { name: 'Check that nothing was altered' }).click(),
    (page) => page.getByText('Not altered').waitFor(),
  ],
  [
    'the choice of an event',
    '/audit',
    row,
    (page) => page.getByLabel('Event', { exact: true }).fill('reset'),
    (page) => page.getByRole('option', { name: /Reset asked for/ }).waitFor(),
  ],
  [
    'one event',
    '/audit',
    (page) =>
      page
        .getByRole('link', { name: /Event \d+/ })
        .first()
        .click(),
    (page) => page.getByRole('dialog').getByText('The event as recorded').waitFor(),
  ],
  ['the users', '/settings/users', row],
  ['nobody found', '/settings/users?search=xyzzy', (page) => page.getByText('Nobody matches').waitFor()],
  [
    'resetting a password',
    '/settings/users',
    (page) => page.getByRole('link', { name: /Reset password for Mara/ }).click(),
    (page) => page.getByRole('switch').waitFor(),
  ],
  [
    'adding a user, with faults',
    '/settings/users?add=true',
    (page) => page.getByRole('button', { name: 'Add and send welcome' }).click(),
    (page) => page.getByText('Please fill this in.').first().waitFor(),
  ],
  [
    'changing a user',
    '/settings/users',
    (page) => page.getByRole('button', { name: /More for Mara/ }).click(),
    (page) => page.getByRole('menuitem', { name: 'Change user' }).click(),
    (page) => page.getByRole('dialog').getByLabel('Email address').waitFor(),
  ],
  [
    'the menu of a row',
    '/settings/users',
    (page) => page.getByRole('button', { name: /More for Mara/ }).click(),
    (page) => page.getByRole('menuitem', { name: 'Change user' }).waitFor(),
  ],
  [
    'choosing an administrator',
    '/settings/users?designate=true',
    (page) => page.getByRole('radio').first().waitFor(),
  ],
  ['the practice', '/settings/practice', (page) => page.getByRole('button', { name: 'Save' }).waitFor()],
  ['the roles', '/settings/roles', (page) => page.getByText('Built in').first().waitFor()],
  [
    'changing a role',
    '/settings/roles',
    (page) => page.getByRole('button', { name: 'Change Front desk' }).click(),
    (page) => page.getByRole('button', { name: 'Delete role' }).waitFor(),
  ],
  ['the templates', '/settings/templates', row],
  [
    'wording a mail, with a fault',
    '/settings/templates?open=member-welcome&locale=en',
    (page) => page.getByRole('textbox', { name: 'HTML' }).fill('<script>'),
    (page) => page.getByRole('button', { name: 'Preview' }).click(),
    (page) => page.getByText('This is not allowed here.').waitFor(),
  ],
  [
    'an earlier wording',
    '/settings/templates?open=password-changed&locale=en',
    (page) => page.getByRole('button', { name: 'Look at version 1' }).click(),
    (page) => page.getByRole('button', { name: 'Restore this version' }).waitFor(),
  ],
  [
    'going back to the built-in wording',
    '/settings/templates?open=password-changed&locale=en',
    (page) => page.getByRole('button', { name: 'Back to the built-in wording' }).click(),
    (page) => page.getByText('Your versions stay').waitFor(),
  ],
  [
    'deactivating somebody',
    '/settings/users',
    (page) => page.getByRole('button', { name: /More for Mara/ }).click(),
    (page) => page.getByRole('menuitem', { name: 'Deactivate' }).click(),
    (page) => page.getByText('can no longer sign in').waitFor(),
  ],
  ['my account', '/account', (page) => page.getByText('This session').waitFor()],
  [
    'the search for everything',
    '/account',
    (page) => page.getByRole('heading', { name: 'My account' }).waitFor(),
    (page) => page.keyboard.press('Control+k'),
    (page) => page.getByRole('option', { name: /Overview/ }).waitFor(),
  ],
  ['the help', '/account', (page) => page.getByRole('button', { name: 'Help' }).click()],
  [
    'the menu of the person',
    '/account',
    (page) => page.getByRole('button', { name: /Ada Lindqvist/ }).click(),
  ],
  ['a page that does not exist', '/nowhere', (page) => page.getByText('There is no such page').waitFor()],
];

const OUTSIDE: readonly [string, string, ...Step[]][] = [
  [
    'the sign-in with an error',
    '/sign-in',
    (page) => page.getByRole('button', { name: 'Where do I find my Practice ID?' }).click(),
    (page) => page.getByLabel('Practice ID').fill('12345'),
    (page) => page.getByLabel('Username').fill('ada'),
    (page) => page.getByLabel('Password', { exact: true }).fill('wrong'),
    (page) => page.getByRole('button', { name: 'Sign in' }).click(),
    (page) => page.getByRole('alert').waitFor(),
  ],
  [
    'opening a practice',
    '/open-practice',
    (page) => page.getByLabel('Password', { exact: true }).fill('too short'),
  ],
  ['the reset', '/reset'],
];

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
