import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const console = useConsole();
let practice: OpenedPractice;
let auditor: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  auditor = await join(console.product, practice, ['auditor']);
});

const MINUTE = 60_000;
const CURRENT = '**/api/v1/sessions/current';

const ada = () => ({ practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
const signedIn = async (path = '/settings/users'): Promise<Page> => {
  const page = await console.open(`/sign-in?next=${encodeURIComponent(path)}`);
  await signInOn(page, ada());
  return page;
};
const shows = (page: Page, name: RegExp) => page.getByRole('button', { name }).waitFor();

const ANSWERS = '**/api/v1/**';

/** As if this much time had gone by for the browser and, by the `Date` headers of its answers, for the server. */
async function later(page: Page, minutes: number): Promise<void> {
  await page.route(ANSWERS, async (route) => {
    const answer = await route.fetch();
    const told = Date.parse(answer.headers()['date'] ?? '') + minutes * MINUTE;
    const headers = { ...answer.headers(), date: new Date(told).toUTCString() };
    await route.fulfill({ response: answer, headers });
  });
  await page.clock.fastForward(minutes * MINUTE);
}

describe('a lost session', () => {
  it('that a temporary password ends leads on to the own password, and the temporary one is not asked for again', async () => {
    const page = await console.open('/sign-in?next=%2Fsettings%2Fusers');
    const member = await join(console.product, practice, ['administrator']);
    const { practiceId } = practice;
    await signInOn(page, { practiceId, username: member.username, password: NEW_PASSWORD });
    await page.getByRole('row').nth(1).waitFor();
    const { http, mailbox } = console.product;
    await http
      .post(`/api/v1/users/${member.id}/password-reset`)
      .set(practice.administrator.headers)
      .send({ lockNow: true })
      .expect(202);
    const mail = await nextMail(mailbox, member.email, 'temporary-credential');
    await page.getByLabel('State').selectOption('active');
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    await again.waitFor();
    // Nothing opens over it.
    await page.keyboard.press('Control+k');
    await again.getByLabel('Password', { exact: true }).fill(credentialIn(mail));
    expect(await page.getByRole('dialog').count()).toBe(1);
    await again.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Set your password' }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/set-password');
    expect(await page.getByLabel('Temporary password').count()).toBe(0);
    await page.getByLabel('New password').fill('nine slow herons at dusk');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your password is set. Sign in with it.').waitFor();
  });

  it('covers the page as soon as its time is over, not when the page next asks by itself', async () => {
    const page = await signedIn();
    // From the first answer on, however long the page took to ask.
    let endsAt = Number.POSITIVE_INFINITY;
    let told: object | null = null;
    await page.route(CURRENT, async (route) => {
      if (Date.now() >= endsAt) return route.continue();
      if (told === null) {
        told = (await (await route.fetch()).json()) as object;
        endsAt = Date.now() + 20_000;
      }
      return route.fulfill({ json: { ...told, expiresAt: new Date(endsAt).toISOString() } });
    });
    await page.reload();
    await page.getByRole('dialog', { name: 'Are you still there?' }).waitFor();
    await console.product.database.query("delete from sessions where transport = 'cookie'");
    const again = page.getByRole('dialog', { name: 'Your session has ended' });
    // A page asks once a minute.
    await again.waitFor({ timeout: 45_000 });
  }, 120_000);
});

describe('a session that nears its end', () => {
  it('warns, and is extended on request', async () => {
    const page = await console.open('/sign-in');
    await page.clock.install();
    await signInOn(page, ada());
    await later(page, 13.5);
    const warning = page.getByRole('dialog', { name: 'Are you still there?' });
    await warning.getByText(/signed out in \d:\d\d/).waitFor();
    const extended = page.waitForRequest(
      (request) =>
        request.url().endsWith('/sessions/current') &&
        request.headers()['x-latchkey-background'] === undefined,
    );
    await warning.getByRole('button', { name: 'Stay signed in' }).click();
    await extended;
  });

  it('in any case says so, can be left open, and does not offer what it cannot do', async () => {
    const page = await console.open('/sign-in');
    await page.clock.install();
    await signInOn(page, ada());
    await console.product.database.query(
      "update sessions set ends_at = app_now() + interval '118 seconds' where transport = 'cookie'",
    );
    await page.clock.runFor(61_000);
    const warning = page.getByRole('dialog', { name: 'Are you still there?' });
    await warning.getByRole('button', { name: 'Stay signed in' }).click();
    const last = page.getByRole('dialog', { name: 'Your session is about to end' });
    await last.getByText('in use or not').waitFor();
    await last.getByRole('button', { name: 'Go on until then' }).click();
    await last.waitFor({ state: 'detached' });
    await page.clock.runFor(5_000);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('says that neither way out works while the network is down', async () => {
    const page = await console.open('/sign-in');
    await page.clock.install();
    await signInOn(page, ada());
    await later(page, 13.5);
    const warning = page.getByRole('dialog', { name: 'Are you still there?' });
    await warning.waitFor();
    await page.route(CURRENT, (route) => route.abort());
    await warning.getByRole('button', { name: 'Stay signed in' }).click();
    await warning.getByRole('alert').getByText('No answer').waitFor();
    await warning.getByRole('button', { name: 'Sign out' }).click();
    await warning.getByRole('alert').getByText('No answer').waitFor();
    expect(new URL(page.url()).pathname).toBe('/overview');
  });

  it('is warned of by the server’s clock, whatever the device shows', async () => {
    const page = await console.open('/sign-in');
    // Ten minutes behind: by this clock the session has ten minutes more than it has.
    await page.clock.install({ time: Date.now() - 10 * MINUTE });
    await signInOn(page, ada());
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    await later(page, 13.5);
    await page.getByRole('dialog', { name: 'Are you still there?' }).waitFor();
  });
});

it('whoever types for long is not taken for gone, although nothing else is asked of the API', async () => {
  const page = await console.open('/sign-in?next=%2Fsettings%2Fusers%3Fadd%3Dtrue');
  await page.clock.install();
  await signInOn(page, ada());
  const name = page.getByRole('dialog').getByLabel('Name', { exact: true });
  await name.focus();
  await page.clock.fastForward(3 * MINUTE);
  const extended = page.waitForRequest(
    (request) =>
      request.url().endsWith('/sessions/current') && request.headers()['x-latchkey-background'] === undefined,
  );
  await name.press('x');
  await page.clock.runFor(6_000);
  await extended;
});

describe('signing out', () => {
  it('that does not reach the installation says that the session still stands, and is tried again', async () => {
    const page = await signedIn('/account');
    await page.route(CURRENT, (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await page.getByRole('button', { name: /Ada Lindqvist/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    const failed = page.getByRole('dialog', { name: 'You are still signed in' });
    await failed.getByText('No answer').waitFor();
    await page.unroute(CURRENT);
    await failed.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('You are signed out.').waitFor();
  });
});

describe('two accounts in one browser', () => {
  const asAuditor = () => ({
    practiceId: practice.practiceId,
    username: auditor.username,
    password: NEW_PASSWORD,
  });

  it('are not mixed: a page begins anew as soon as somebody else signs in beside it', async () => {
    const page = await signedIn('/settings/users?add=true');
    await page.getByRole('dialog', { name: 'Add user' }).waitFor();
    const beside = await page.context().newPage();
    await beside.goto(`${console.url}/sign-in`);
    await signInOn(beside, asAuditor());
    await page.getByText('Your roles do not include this page').waitFor();
    expect(await page.getByRole('button', { name: 'Add and send welcome' }).count()).toBe(0);
    await page.keyboard.press('Escape');
    await shows(page, /Mara Quill .*: my account/);
  });

  it('are told apart also where nobody announced the second one', async () => {
    const page = await console.open('/sign-in?next=%2Faccount');
    await page.clock.install();
    await signInOn(page, ada());
    await shows(page, /Ada Lindqvist/);
    const status = await page.evaluate(async (body) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch('/api/v1/sessions', { method: 'POST', headers, body: JSON.stringify(body) });
      return answer.status;
    }, asAuditor());
    expect(status).toBe(201);
    await page.clock.runFor(61_000);
    await shows(page, /Mara Quill .*: my account/);
  });
});
