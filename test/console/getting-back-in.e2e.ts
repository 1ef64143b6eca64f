import { beforeAll, describe, expect, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { nextMail } from '../support/mail.js';
import { invite, join, type Member } from '../support/people.js';
import { ANSWER, NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';
import { mailRuns } from '../support/recovery.js';

const console = useConsole();
let practice: OpenedPractice;
let member: Member;
beforeAll(async () => {
  practice = await openPractice(console.product);
  member = await join(console.product, practice);
  await mailRuns(console.product);
});

describe('the sign-in page', () => {
  it('leads to Reset password right after the password field, and back with what was typed', async () => {
    const page = await console.open('/sign-in');
    await page.getByLabel('Practice ID').fill(practice.practiceId);
    await page.getByLabel('Username').fill('somebody');
    await page.getByLabel('Password', { exact: true }).focus();
    await page.keyboard.press('Tab');
    await expect(page.locator(':focus').textContent()).resolves.toBe('Reset password');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Reset password' }).waitFor();
    expect(await page.getByLabel('Practice ID').inputValue()).toBe(practice.practiceId);
    expect(await page.getByLabel('Username').inputValue()).toBe('somebody');
    await page.getByRole('link', { name: 'Back to the sign-in' }).click();
    expect(await page.getByLabel('Username').inputValue()).toBe('somebody');
  });

  it('explains where the Practice ID is, and sends nothing', async () => {
    const before = console.product.mailbox.messages({ limit: 100 }).length;
    const page = await console.open('/sign-in');
    await page.getByRole('button', { name: 'Where do I find my Practice ID?' }).click();
    await page.getByText('Ask an administrator of your practice').waitFor();
    expect(console.product.mailbox.messages({ limit: 100 })).toHaveLength(before);
  });

  it('is filled in by a link of the practice, and remembers the Practice ID when asked', async () => {
    const page = await console.open(`/p/${practice.practiceId}`);
    const field = page.getByLabel('Practice ID', { exact: true });
    await field.waitFor();
    expect(await field.inputValue()).toBe(practice.practiceId);
    await page.getByLabel('Remember my practice').check();
    await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
    await page.getByRole('button', { name: /Ada Lindqvist/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    await page.goto(`${console.url}/sign-in`);
    expect(await field.inputValue()).toBe(practice.practiceId);
  });

  it('says one thing for every wrong sign-in, and keeps all but the password', async () => {
    const page = await console.open('/sign-in');
    await page.getByLabel('Practice ID').fill(practice.practiceId);
    await page.getByLabel('Username').fill('ada');
    await page.getByLabel('Password', { exact: true }).fill('not the password at all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Practice ID, username or password is wrong').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe('ada');
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('');
  });

  it('never leads to another site after the sign-in', async () => {
    const page = await console.open('/sign-in?next=%2F%2Fevil.example%2F');
    await signInOn(page, { practiceId: practice.practiceId, username: 'ada', password: PASSWORD });
    expect(new URL(page.url()).origin).toBe(console.url);
  });
});

describe('somebody who is locked out', () => {
  it('gets back in alone: question, mail, temporary password, own password, sign-in', async () => {
    const seen = console.product.mailbox.messages({ to: member.email, limit: 100 });
    const page = await console.open('/sign-in');
    await page.getByLabel('Practice ID').fill(practice.practiceId);
    await page.getByLabel('Username').fill(member.username);
    await page.getByRole('link', { name: 'Reset password' }).click();
    await page.getByText('Step 1 of 2').waitFor();
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByLabel('What was the family name of your first teacher?').fill(ANSWER.toLowerCase());
    await page.getByRole('button', { name: 'Send temporary password' }).click();
    await page.getByText('Mail is running normally').waitFor();
    await page.getByText('Ask an administrator of your practice').waitFor();
    await page.getByRole('link', { name: 'help@latchkey.example' }).waitFor();

    await nextMail(console.product.mailbox, member.email, 'temporary-credential', seen);
    const mailbox = await console.open('/dev/mail');
    await mailbox.getByText(member.email).first().click();
    const credential = await mailbox.evaluate(async (to) => {
      const response = await fetch(`/dev/mail/messages?to=${encodeURIComponent(to)}&limit=1`);
      const { items } = (await response.json()) as { items: { text: string }[] };
      return /Temporary password:\n(\S+)/.exec(items[0]?.text ?? '')?.[1] ?? '';
    }, member.email);

    await page.getByRole('link', { name: 'Go to the sign-in' }).click();
    await page.getByLabel('Password', { exact: true }).fill(credential);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Set your password' }).waitFor();
    await page.getByLabel('New password').fill('short');
    await page.getByText('15 to 128 characters (5 so far)').waitFor();
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('It needs at least 15 characters.').waitFor();
    await page.getByLabel('New password').fill('seven quiet otters at dawn');
    await page.getByRole('button', { name: 'Set password' }).click();
    await page.getByText('Your password is set. Sign in with it.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill('seven quiet otters at dawn');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'My account' }).waitFor();
  });

  it('reads the same words after a wrong answer', async () => {
    const page = await console.open(`/reset?practiceId=${practice.practiceId}&username=nobody-here`);
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Your security question' }).waitFor();
    await page.getByRole('textbox').fill('whatever');
    await page.getByRole('button', { name: 'Send temporary password' }).click();
    await page.getByText('If the answer is right, a temporary password is on its way').waitFor();
  });
});

it('a new member sets a password and chooses a question at the first sign-in', async () => {
  const { username, credential } = await invite(console.product, practice);
  const page = await console.open('/sign-in');
  await page.getByLabel('Practice ID').fill(practice.practiceId);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(credential);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByLabel('New password').fill(NEW_PASSWORD);
  await page.getByLabel('Security question').selectOption('first-concert');
  await page.getByLabel('Answer').fill('The otters, 1998');
  await page.getByRole('button', { name: 'Set password' }).click();
  await signInOn(page, { practiceId: practice.practiceId, username, password: NEW_PASSWORD });
  await page.getByText('You have a security question.').waitFor();
});

it('a practice is opened from the sign-in page, and its welcome mail signs in', async () => {
  const page = await console.open('/sign-in');
  await page.getByRole('link', { name: 'Open a practice' }).click();
  await page.getByLabel('Name of the practice').fill('Birch Veterinary');
  await page.getByLabel('Your name').fill('Bo Lund');
  await page.getByLabel('Email address').fill('bo@birch.example');
  await page.getByLabel('Username').fill('bo');
  await page.getByLabel('Password', { exact: true }).fill('nine patient herons wait');
  await page.getByRole('button', { name: 'Open the practice' }).click();
  await page.getByRole('heading', { name: 'Look into your mailbox' }).waitFor();
  const mail = await nextMail(console.product.mailbox, 'bo@birch.example', 'practice-welcome');
  const practiceId = /Practice ID: (\S+)/.exec(mail.text)?.[1] ?? '';
  await page.getByRole('link', { name: 'Go to the sign-in' }).click();
  await signInOn(page, { practiceId, username: 'bo', password: 'nine patient herons wait' });
  await page.getByText('Only one administrator').waitFor();
});
