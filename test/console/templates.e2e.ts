import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { invite, join } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { OUR_WELCOME as OURS } from '../support/wording.js';

const WELCOME = '/settings/templates?open=member-welcome&locale=en';
const PREVIEW = 'iframe[title="Preview of the email"]';

/** What of a browser this file asks. */
interface Window {
  getComputedStyle(element: unknown): { maxWidth: string; backgroundColor: string };
}

const console = useConsole();
let practice: OpenedPractice;
let page: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  page = await console.open('/sign-in');
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
});

const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const field = (name: string) => page.getByRole('textbox', { name, exact: true });
const type = async (wording: { subject: string; text: string; html: string }) => {
  await field('Subject').fill(wording.subject);
  await field('Text').fill(wording.text);
  await field('HTML').fill(wording.html);
};
const inForce = async () => {
  const { body, headers } = await console.product.http
    .get('/api/v1/templates/member-welcome?locale=en')
    .set(practice.administrator.headers)
    .expect(200);
  return { subject: body.subject as string, own: body.own as boolean, etag: String(headers['etag']) };
};

describe('an administrator who words a mail', () => {
  it('finds it behind the gear, and sees how it arrives now, styles and all', async () => {
    await page.goto(`${console.url}/account`);
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('tab', { name: 'Templates' }).click();
    const row = page
      .getByRole('row')
      .filter({ has: page.getByRole('link', { name: 'Welcome', exact: true }) });
    await row.getByText('Built in').waitFor();
    await row.getByRole('link').click();
    expect(await field('Subject').inputValue()).toContain('{{practiceName}}');
    await page.locator('code').getByText('Temporary password: {{credential}}').waitFor();
    const mail = page.frameLocator(PREVIEW);
    const sheet = mail.locator('.sheet').first();
    await sheet.getByRole('heading', { name: 'Your account is ready' }).waitFor();
    const look = await sheet.evaluate((element) => {
      const { maxWidth, backgroundColor } = (globalThis as unknown as Window).getComputedStyle(element);
      return [maxWidth, backgroundColor];
    });
    expect(look).toEqual(['560px', 'rgb(255, 255, 255)']);
    expect(await page.locator(PREVIEW).getAttribute('sandbox')).toBe('');
  });

  it('previews a draft as HTML, on a phone and as text, before anything is saved', async () => {
    await type(OURS);
    await press('Preview');
    await page.frameLocator(PREVIEW).getByRole('heading', { name: 'Come in' }).waitFor();
    await page.getByText('Willkommen at Elm Dental').waitFor();
    await page.getByText('Phone', { exact: true }).click();
    expect((await page.locator(PREVIEW).boundingBox())?.width).toBe(375);
    await page.getByRole('radiogroup', { name: 'Show as' }).getByText('Text', { exact: true }).click();
    expect(await field('Text of the email').inputValue()).toMatch(/^Temporary password:\n[0-9A-Z-]{26,}$/m);
    expect(await inForce()).toMatchObject({ own: false });
  });

  it('is sent the draft, marked as a test', async () => {
    await press('Send a test to me');
    await page.getByText('A test is on its way to your mailbox.').waitFor();
    const mail = await nextMail(console.product.mailbox, practice.administrator.email, 'member-welcome');
    expect(mail.subject).toMatch(/^Test: Willkommen at Elm Dental/);
    expect(mail.text).toMatch(/^Dear /);
  });

  it('saves it, and the next mail says it', async () => {
    await press('Save');
    await page.getByText('Saved. From now on the email says this.').waitFor();
    const { welcome, credential } = await invite(console.product, practice);
    expect(welcome.subject).toMatch(/^Willkommen at Elm Dental/);
    expect(credentialIn(welcome)).toBe(credential);
    await page.getByRole('table', { name: 'Versions' }).getByText('In force').waitFor();
  });

  it('is told beside the text which line is missing, and nothing is saved', async () => {
    await type({ ...OURS, subject: 'Without', text: 'Temporary password:\n{{credential}}' });
    await press('Save');
    await page.getByText('“Username: {{username}}” must stand on one line of its own').waitFor();
    await page.getByText('Something that this email must say is missing').waitFor();
    expect(await field('Text').getAttribute('aria-invalid')).toBe('true');
    expect(await field('HTML').getAttribute('aria-invalid')).not.toBe('true');
    await expect.poll(() => page.locator(':focus').getAttribute('name')).toBe('text');
    expect((await inForce()).subject).toBe(OURS.subject);
  });

  it('is asked before what was typed is left', async () => {
    await page.getByRole('radiogroup', { name: 'Language of this wording' }).getByText('Español').click();
    const dialog = page.getByRole('dialog', { name: 'Leave without saving?' });
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(await field('Subject').inputValue()).toBe('Without');
    await page.getByRole('radiogroup', { name: 'Language of this wording' }).getByText('Español').click();
    await dialog.getByRole('button', { name: 'Leave' }).click();
    await expect.poll(() => field('Subject').inputValue()).toContain('Su cuenta');
  });

  it('restores an earlier version after reading it', async () => {
    await page.goto(console.url + WELCOME);
    await field('Subject').fill('Second');
    await press('Save');
    await page.getByRole('button', { name: 'Look at version 1' }).click();
    expect(await page.getByRole('dialog').getByLabel('Subject').inputValue()).toBe(OURS.subject);
    await press('Restore this version');
    await page.getByText('The earlier version is in force again.').waitFor();
    await expect.poll(() => field('Subject').inputValue()).toBe(OURS.subject);
    expect((await inForce()).subject).toBe(OURS.subject);
  });

  it('overwrites nothing that somebody else saved meanwhile', async () => {
    const { etag } = await inForce();
    await field('Subject').fill('Mine');
    await console.product.http
      .put('/api/v1/templates/member-welcome')
      .set({ ...practice.administrator.headers, 'if-match': etag })
      .send({ ...OURS, subject: 'Theirs' })
      .expect(200);
    await press('Save');
    await page.getByText('Changed by somebody else meanwhile').waitFor();
    expect(await field('Subject').inputValue()).toBe('Mine');
    expect((await inForce()).subject).toBe('Theirs');
    await press('Show the present wording');
    await expect.poll(() => field('Subject').inputValue()).toBe('Theirs');
  });

  it('sees in the list whose words fail, and why', async () => {
    await console.product.database.query(
      `update own_wordings set failing_since = app_now(), failing_reason = 'it took too long'`,
    );
    await page.goto(`${console.url}/settings/templates`);
    const row = page.getByRole('row').filter({ hasText: 'English: failing' });
    await row.getByText('it took too long').waitFor();
    await row.getByRole('link', { name: 'Welcome' }).click();
    await page.getByText('This wording has failed since').waitFor();
  });

  it('goes back to the built-in words, knowing that the versions stay', async () => {
    await press('Back to the built-in wording');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Your versions stay').waitFor();
    await dialog.getByRole('button', { name: 'Back to the built-in wording' }).click();
    await page.getByText('The email goes out in the built-in words again.', { exact: true }).waitFor();
    expect(await inForce()).toMatchObject({ own: false });
    await page.getByRole('button', { name: 'Look at version 4' }).waitFor();
  });
});

it('whoever may not word mails has no such tab', async () => {
  const staff = await join(console.product, practice);
  const theirs = await console.open('/sign-in');
  await signInOn(theirs, {
    practiceId: practice.practiceId,
    username: staff.username,
    password: NEW_PASSWORD,
  });
  await theirs.goto(`${console.url}/settings/templates`);
  await theirs.getByText('Your roles do not include this page').waitFor();
  expect(await theirs.getByRole('tab', { name: 'Templates' }).count()).toBe(0);
});
