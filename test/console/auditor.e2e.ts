import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { join, type Member } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD, signIn } from '../support/practice.js';
import { resetIn } from '../support/recovery.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
let auditor: Member;
let tuesday: string;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
  auditor = await join(console.product, practice, ['auditor']);
  const bea = await join(console.product, practice, ['administrator']);
  const { headers } = practice.administrator;
  await console.product.http.post(`/api/v1/users/${member.id}/password-reset`).set(headers).expect(202);
  const { id } = await resetIn(console.product, headers, member.id, 'sent');
  tuesday = await dayOf(id);
  // A week later somebody else does the same.
  await console.product.advance(7 * 86_400);
  const later = await signIn(console.product, practice.practiceId, bea.username, NEW_PASSWORD);
  const path = `/api/v1/users/${member.id}/password-reset`;
  await console.product.http.post(path).set(later.headers).expect(202);
  await resetIn(console.product, later.headers, member.id, 'sent');
});

/** The day of a reset by the practice's calendar, as year, month and day. */
async function dayOf(resetId: string): Promise<string> {
  const [row] = await console.product.database.query<{ day: string }>(
    `select to_char(requested_at at time zone 'Europe/Madrid', 'YYYY-MM-DD') as day from password_resets where id = $1`,
    [resetId],
  );
  return row?.day ?? '';
}

/** Types a day as the browser's own field wants it: first day or first month, as the language of its window has it. */
async function typeDay(page: Page, label: string, day: string): Promise<void> {
  const [year = '', month = '', date = ''] = day.split('-');
  const field = page.getByLabel(label, { exact: true });
  for (const digits of [`${month}${date}${year}`, `${date}${month}${year}`]) {
    await field.fill('');
    await field.focus();
    await page.keyboard.type(digits, { delay: 30 });
    if ((await field.inputValue()) === day) return;
  }
  throw new Error(`${label} does not take ${day}: it says ${await field.inputValue()}`);
}

const signedIn = async ({ username }: Member, path = '/sign-in') => {
  const page = await console.open(path);
  await signInOn(page, { practiceId: practice.practiceId, username, password: NEW_PASSWORD });
  return page;
};

describe('an auditor', () => {
  it('finds who reset somebody’s password, reads what the mail server said, and shows that nothing was altered', async () => {
    const page = await signedIn(auditor);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.getByRole('link', { name: 'Reset log' }).click();
    await page.getByLabel('Person').fill(member.username);
    await page.getByRole('option', { name: new RegExp(member.username) }).click();
    await page.waitForURL(new RegExp(`userId=${member.id}`));
    const row = page.getByRole('row').filter({ hasText: member.username });
    await expect.poll(() => row.count()).toBe(2);
    await typeDay(page, 'From', tuesday);
    await typeDay(page, 'To', tuesday);
    await page.waitForURL((url) => url.searchParams.get('to') === tuesday);
    await expect.poll(() => row.count()).toBe(1);
    await row.getByText('Ada Lindqvist').waitFor();
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export this list' }).click();
    const lines = readFileSync(await (await file).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain(`,${member.username},${member.id},administrator,user,`);
    await row.getByRole('link', { name: `Reset of ${member.username}` }).click();
    const sheet = page.getByRole('dialog');
    await sheet.getByText('An administrator: Ada Lindqvist').waitFor();
    await sheet.getByText(/^250 OK/).waitFor();
    await sheet.getByRole('link', { name: 'Events around this one' }).click();
    await page.getByText(/Events around number \d+, which is marked/).waitFor();
    const marked = page.locator('tr[aria-current="true"]');
    await marked.getByRole('link', { name: /Event \d+: Reset asked for/ }).waitFor();
    expect(await page.getByRole('row').count()).toBeGreaterThan(4);

    await page.getByRole('button', { name: 'Check that nothing was altered' }).click();
    await page.getByText('Not altered').waitFor();
    await page.getByText(/\d+ events, each linked to the one before it/).waitFor();
    await page.getByRole('button', { name: 'Export' }).waitFor();
    // What they may do is all that decides what is offered: nobody loads the whole API's description for it.
    expect(asked).not.toContain('/api/openapi.json');
  });

  it('is told when an event was altered', async () => {
    const other = await openPractice(console.product);
    const witness = await join(console.product, other, ['auditor']);
    await console.product.database.query(
      `update audit_events set body = replace(body, 'success', 'refused')
       where seq = 2 and practice_id = (select practice_id from users where id = $1)`,
      [witness.id],
    );
    const page = await console.open('/sign-in?next=%2Faudit');
    await signInOn(page, {
      practiceId: other.practiceId,
      username: witness.username,
      password: NEW_PASSWORD,
    });
    await page.getByRole('button', { name: 'Check that nothing was altered' }).click();
    await page.getByText('The chain does not hold').waitFor();
    await page.getByText('Event number 2 is not the one that was written here').waitFor();
    await page.getByRole('link', { name: 'Show the events there' }).click();
    await page.waitForURL(/around=2$/);
    await page.locator('tr[aria-current="true"]').getByText('2', { exact: true }).waitFor();
  });

  it('is told what a check could not reach: what stands in archives, what is not signed yet', async () => {
    const page = await signedIn(auditor, '/audit');
    await page.route('**/audit-events/verification', async (route) => {
      const answer = await route.fetch();
      const found = (await answer.json()) as { events: number };
      await route.fulfill({ json: { ...found, archived: 3, signed: found.events - 1 } });
    });
    await page.getByRole('button', { name: 'Check that nothing was altered' }).click();
    await page.getByText('The oldest 3 events stand in archives only').waitFor();
    await page.getByText(/Signed up to number \d+/).waitFor();
  });

  it('finds the event that a link names, on whatever page of the list it stands', async () => {
    const { headers } = await signIn(console.product, practice.practiceId, auditor.username, NEW_PASSWORD);
    const { body } = await console.product.http
      .get('/api/v1/audit-events?limit=200')
      .set(headers)
      .expect(200);
    const oldest = body.items.at(-1);
    const page = await signedIn(auditor, `/audit?open=${oldest.id}&outcome=refused`);
    await page.getByRole('dialog').getByText(`"id": "${oldest.id}"`).waitFor();
  });

  it('takes the trail along as a file, confirming the password where the practice wants that', async () => {
    const strict = await openPractice(console.product);
    await console.product.http
      .patch('/api/v1/practice')
      .set(strict.administrator.headers)
      .send({ policy: { reauthenticateMinutes: 5 } })
      .expect(200);
    const page = await console.open('/sign-in?next=%2Faudit');
    const { practiceId } = strict;
    await signInOn(page, { practiceId, username: 'ada', password: PASSWORD });
    await page.getByRole('button', { name: 'Export' }).waitFor();
    await console.product.advance(6 * 60);
    const file = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    const confirm = page.getByRole('dialog', { name: 'Confirm your password' });
    await confirm.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await confirm.getByRole('button', { name: 'Confirm' }).click();
    expect((await file).suggestedFilename()).toMatch(/^audit-\d+\.csv$/);
  });

  it('narrows the trail to one kind of event, found by its words, and shares that by its address', async () => {
    const page = await signedIn(auditor, '/audit');
    await page.getByLabel('Event', { exact: true }).fill('roles changed');
    await page.getByRole('option', { name: /User’s roles changed/ }).click();
    await page.waitForURL(/action=user\.roles-changed/);
    await page.getByText('No event matches').waitFor();
    await page.goto(`${console.url}/audit?action=session.created&outcome=success`);
    await page
      .getByRole('link', { name: /Signed in/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('"action": "session.created"').waitFor();
  });

  it('narrows it to whom it concerns and to the address that acts came from', async () => {
    const page = await signedIn(auditor, '/audit');
    await page.getByLabel('Done by or about').fill(member.username);
    await page.getByRole('option', { name: new RegExp(member.username) }).click();
    await page.waitForURL(new RegExp(`personId=${member.id}`));
    await page.getByRole('link', { name: /Practice opened/ }).waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'User added' }).getByText('Ada Lindqvist').waitFor();
    await page
      .getByRole('link', { name: /Reset asked for/ })
      .first()
      .waitFor();

    await page
      .getByRole('link', { name: /Signed in/ })
      .first()
      .click();
    await page.getByRole('dialog').getByRole('link', { name: 'Events from 127.0.0.1' }).click();
    await page.waitForURL((url) => url.search === '?sourceAddress=127.0.0.1');
    await page.getByRole('link', { name: /Practice opened/ }).waitFor();
    await page.getByLabel('Source address').fill('192.0.2.1');
    await page.getByText('No event matches').waitFor();
    expect(new URL(page.url()).searchParams.get('sourceAddress')).toBe('192.0.2.1');
  });

  it('sees everything and changes nothing: no button that the role lacks', async () => {
    const page = await signedIn(auditor, '/settings/users');
    await page.getByRole('row').filter({ hasText: member.username }).waitFor();
    for (const name of [/Reset password/i, /Add user/, /More for/]) {
      expect(await page.getByRole('link', { name }).count()).toBe(0);
      expect(await page.getByRole('button', { name }).count()).toBe(0);
    }
    for (const dialog of [
      'add=true',
      'designate=true',
      'import=new',
      'bulk=new',
      `reset=${member.id}`,
      `edit=${member.id}`,
    ]) {
      await page.goto(`${console.url}/settings/users?${dialog}`);
      const opened = page.getByRole('dialog');
      await opened.getByText('Your roles do not include this page').waitFor();
      expect(await opened.getByRole('textbox').count(), dialog).toBe(0);
    }
    await page.goto(`${console.url}/settings/practice`);
    await page.getByText('Only administrators can change this.').waitFor();
    await page.getByText('No legal hold').waitFor();
    for (const name of ['Save', 'Change how long it is kept', 'Place a legal hold']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
    await page.goto(`${console.url}/deliveries`);
    await page
      .getByRole('link', { name: /Delivery: Temporary password/ })
      .first()
      .click();
    await page.getByRole('dialog').getByText('Accepted').first().waitFor();
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
  });
});

it('a staff member sees none of it, not even by address, and the API refuses all the same', async () => {
  const colleague = await join(console.product, practice);
  const page = await signedIn(colleague);
  await page.getByRole('heading', { name: 'My account' }).waitFor();
  for (const name of ['Overview', 'Reset log', 'Deliveries', 'Audit', 'Settings']) {
    expect(await page.getByRole('link', { name }).count(), name).toBe(0);
  }
  for (const path of [
    '/overview',
    '/reset-log',
    '/deliveries',
    '/audit',
    '/settings/users',
    '/settings/roles',
  ]) {
    await page.goto(console.url + path);
    await page.getByText('Your roles do not include this page').waitFor();
  }
  const status = await page.evaluate(async () => (await fetch('/api/v1/users')).status);
  expect(status).toBe(403);
});
