import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { readSample, type SamplePractice } from '../../support/sample-practice.js';
import { Installation } from './installation.js';
import { liveThrough } from './past.js';

// Makes every picture of docs/pictures anew, from the sample practice of a first start that some days have gone by in.

const FOLDER = resolve(process.cwd(), 'docs/pictures');
const WIDE = { viewport: { width: 1200, height: 760 } };
const TALL = { viewport: { width: 1200, height: 900 } };
const PHONE = { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 };

const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-pictures-'));
const installation = await Installation.start(dataDir);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
try {
  const sample = readSample(dataDir);
  await liveThrough(installation, sample);
  await outside();
  await inside(sample);
} finally {
  await browser.close();
  await installation.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function outside(): Promise<void> {
  const page = await open(browser, '/sign-in', WIDE);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  await take(page, 'sign-in');
  await page.goto(`${installation.url}/dev/mail`);
  await page.getByText('kim@').first().click();
  await take(page, 'mailbox');
}

async function inside(sample: SamplePractice): Promise<void> {
  const page = await signedIn(sample, 'alex', '/settings/users', WIDE);
  await page.getByRole('link', { name: /Reset password for Noor/ }).click();
  await page.getByRole('switch').waitFor();
  await take(page, 'reset-password');
  await page.getByRole('button', { name: 'Send temporary password' }).click();
  await page.getByText(/Sent \d\d:/).waitFor();
  await take(page, 'users');

  await page.goto(`${installation.url}/reset-log?channel=administrator`);
  await page.getByRole('link', { name: 'Reset of noor' }).first().click();
  await page.getByText(/^250 /).waitFor();
  await page.getByRole('link', { name: 'Events around this one' }).waitFor();
  await take(page, 'reset-log');

  await page.goto(`${installation.url}/audit`);
  await page.getByRole('button', { name: 'Check that nothing was altered' }).click();
  await page.getByText('Not altered').waitFor();
  await take(page, 'audit');

  const dark = await signedIn(sample, 'alex', '/overview', { ...TALL, colorScheme: 'dark' });
  await dark.getByRole('img', { name: /Resets a day/ }).waitFor();
  await take(dark, 'overview-dark');

  const phone = await signedIn(sample, 'sam', '/settings/users', PHONE);
  await phone.getByRole('row').filter({ hasText: 'ines' }).scrollIntoViewIfNeeded();
  await take(phone, 'users-phone');
}

async function open(from: Browser, path: string, options: BrowserContextOptions): Promise<Page> {
  const context = await from.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  await page.goto(installation.url + path);
  return page;
}

async function signedIn(
  sample: SamplePractice,
  username: string,
  path: string,
  options: BrowserContextOptions,
): Promise<Page> {
  const page = await open(browser, `/sign-in?next=${encodeURIComponent(path)}`, options);
  const password = sample.users.find((user) => user.username === username)?.password ?? '';
  await page.getByLabel('Practice ID').fill(sample.practiceId);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.pathname === path);
  return page;
}

async function take(page: Page, name: string): Promise<void> {
  // What is quick shows no skeleton; what is slow has gone by now.
  await page.waitForLoadState('networkidle');
  // Nothing is pointed at.
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(FOLDER, `${name}.png`), caret: 'hide' });
}
