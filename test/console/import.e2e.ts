import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOn, signInOn, useConsole } from '../support/browser.js';
import { nextMail } from '../support/mail.js';
import { type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const HEADER = 'username,displayName,email,roles';
const FILE = [
  HEADER,
  'rosa,Rosa Linde,rosa@elm.example,staff',
  'omar,Omar Falk,omar@elm.example,staff;auditor',
  'ada,Ada again,ada2@elm.example,staff',
  'nobody,No Address,not-an-address,staff',
].join('\n');

const console = useConsole();
let practice: OpenedPractice;
let page: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  page = await console.open('/sign-in');
  await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
});

async function check(text: string): Promise<void> {
  await page.goto(`${console.url}/settings/users`);
  await page.getByRole('link', { name: 'Import CSV' }).click();
  await page.locator('input[type=file]').setInputFiles({
    name: 'team.csv',
    // What a browser calls it where a spreadsheet program is installed.
    mimeType: 'application/vnd.ms-excel',
    buffer: Buffer.from(text),
  });
  await page.getByRole('button', { name: 'Check the file' }).click();
}

async function downloaded(link: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: link }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

describe('an administrator with a file of users', () => {
  it('starts from a template that has the right columns', async () => {
    await page.goto(`${console.url}/settings/users?import=new`);
    expect(await downloaded('Download a template')).toMatch(new RegExp(`^\\W?${HEADER}\\r?\\n`));
  });

  it('is told what would happen, and nobody is added before that is wanted', async () => {
    await check(FILE);
    await page.getByText('2 people can be added').waitFor();
    await page.getByText('1 line names somebody who is here already').waitFor();
    await page.getByText('1 line has a fault').waitFor();
    const faulty = page.getByRole('table', { name: 'Lines with faults' });
    await faulty.getByRole('row').filter({ hasText: 'nobody' }).getByText('5', { exact: true }).waitFor();
    expect(await downloaded('Download all lines with faults')).toContain('not-an-address');
    expect(await faultsOn(page)).toEqual([]);
    const { body } = await console.product.http
      .get('/api/v1/users?search=rosa')
      .set(practice.administrator.headers);
    expect(body.items).toEqual([]);
  });

  it('adds them, sees how many there are, and each is welcomed', async () => {
    await page.getByRole('button', { name: 'Add 2 people' }).click();
    await page.getByText('2 people were added').waitFor();
    expect((await nextMail(console.product.mailbox, 'rosa@elm.example', 'member-welcome')).text).toContain(
      'rosa',
    );
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
    const table = page.getByRole('table', { name: 'Users' });
    await table.getByRole('row').filter({ hasText: 'Omar Falk' }).waitFor();
  });

  it('finds a run again by its address, and is asked for the file before anybody is added', async () => {
    await check([HEADER, 'late,Late Comer,late@elm.example,staff'].join('\n'));
    await page.getByText('1 person can be added').waitFor();
    await page.reload();
    await page.getByText('To add them, choose the same file once more.').waitFor();
    await page.getByRole('button', { name: 'Choose a file again' }).click();
    await page.getByRole('button', { name: 'Check the file' }).waitFor();
  });

  it('is told beside the field what is wrong with a file that is none', async () => {
    await check('name;mail\nrosa;rosa@elm.example');
    await page.getByText(`must be the first line, with commas and no spaces: ${HEADER}`).waitFor();
  });
});
