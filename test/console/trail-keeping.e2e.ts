import type { Page } from 'playwright-core';
import { beforeAll, describe, it } from 'vitest';
import { signInOn, useConsole } from '../support/browser.js';
import { join } from '../support/people.js';
import { NEW_PASSWORD, type OpenedPractice, openPractice, PASSWORD } from '../support/practice.js';

const console = useConsole();
let practice: OpenedPractice;
let ada: Page;
let bea: Page;
beforeAll(async () => {
  practice = await openPractice(console.product);
  const { username } = await join(console.product, practice, ['administrator']);
  const { practiceId } = practice;
  ada = await console.open('/sign-in?next=%2Fsettings%2Fpractice');
  await signInOn(ada, { practiceId, username: 'ada', password: PASSWORD });
  bea = await console.open('/sign-in?next=%2Fsettings%2Fpractice');
  await signInOn(bea, { practiceId, username, password: NEW_PASSWORD });
});

const wish = async (page: Page, years: string, button: string): Promise<void> => {
  await page.getByRole('button', { name: 'Change how long it is kept' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Years').fill(years);
  await dialog.getByRole('button', { name: button }).click();
};

describe('how long the audit trail is kept', () => {
  it('is raised by one administrator at once, and never below what the law asks for', async () => {
    await ada.getByText('6 years', { exact: true }).waitFor();
    await wish(ada, '5', 'Save');
    await ada.getByText('A whole number of years, from 6 to 100').waitFor();
    await ada.getByLabel('Years').fill('20');
    await ada.getByText('More years act at once').waitFor();
    await ada.getByRole('button', { name: 'Keep for 20 years' }).click();
    await ada.getByText('20 years', { exact: true }).waitFor();
  });

  it('is lowered by two, who read what that means, and stopped by either', async () => {
    await wish(ada, '8', 'Ask for 8 years');
    await ada.getByText('Somebody asks to keep it for 8 years only').waitFor();
    await ada.getByText('somebody else has to confirm it').waitFor();
    await bea.reload();
    await bea.getByText('Asked for by Ada Lindqvist').waitFor();
    await bea.getByText('Seven days after that it acts').waitFor();
    await bea.getByRole('button', { name: 'Confirm 8 years' }).click();
    await bea.getByText(/From .+ it is kept for 8 years only/).waitFor();
    await bea.getByText('any administrator can stop it').waitFor();
    // What the other still has on the page is refused, and then shown as it is.
    await ada.getByRole('button', { name: 'Withdraw' }).click();
    await ada.getByText('Somebody asks to keep it').waitFor({ state: 'detached' });
    await ada.getByText('20 years', { exact: true }).waitFor();
  });
});

it('a legal hold is placed by one and lifted by two', async () => {
  await ada.getByRole('button', { name: 'Place a legal hold' }).click();
  const dialog = ada.getByRole('dialog', { name: 'Place a legal hold' });
  await dialog.getByText('lifting it takes two administrators').waitFor();
  await dialog.getByRole('button', { name: 'Place a legal hold' }).click();
  await dialog.getByText('Please fill this in.').waitFor();
  await dialog.getByLabel('Reason').fill('Case 2026/117');
  await dialog.getByRole('button', { name: 'Place a legal hold' }).click();
  await ada.getByText('nothing of the trail is removed').waitFor();

  await bea.reload();
  await bea.getByText('Case 2026/117').waitFor();
  await bea.getByRole('button', { name: 'Ask that it be lifted' }).click();
  await bea.getByText('It stands until another administrator agrees').waitFor();
  await bea.getByRole('button', { name: 'Lift the hold' }).waitFor({ state: 'detached' });
  await ada.reload();
  await ada.getByText(/Lifting asked for by/).waitFor();
  await ada.getByRole('button', { name: 'Lift the hold' }).click();
  await ada.getByText('No legal hold').waitFor();
});
