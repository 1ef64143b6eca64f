import type { Page } from 'playwright-core';

/** What leads to the state that is looked at. */
type Step = (page: Page) => Promise<unknown>;
/** A list has its rows. */
export const row: Step = (page) => page.getByRole('row').nth(1).waitFor();

/** Every page with its rows, every dialog open, an error shown. */
export const PAGES: readonly [string, string, ...Step[]][] = [
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
    'resetting many passwords, before anything is sent',
    '/settings/users?bulk=new',
    (page) => page.getByRole('button', { name: 'Show for whom' }).click(),
    (page) => page.getByRole('button', { name: 'Send to 1 person' }).waitFor(),
  ],
  [
    'a bulk reset with its people',
    '/settings/users?bulk=new',
    (page) => page.getByRole('button', { name: 'Show for whom' }).click(),
    (page) => page.getByRole('button', { name: 'Send to 1 person' }).click(),
    (page) => page.getByRole('dialog').getByRole('row').nth(1).waitFor(),
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
  [
    'the practice, with what is to become of its trail',
    '/settings/practice',
    (page) => page.getByRole('button', { name: 'Withdraw' }).waitFor(),
    (page) => page.getByRole('button', { name: 'Ask that it be lifted' }).waitFor(),
  ],
  [
    'keeping the trail for less, with a fault',
    '/settings/practice',
    (page) => page.getByRole('button', { name: 'Change how long it is kept' }).click(),
    (page) => page.getByLabel('Years').fill('5'),
    (page) => page.getByRole('dialog').getByRole('button', { name: 'Save' }).click(),
    (page) => page.getByText('A whole number of years').waitFor(),
  ],
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

/** What is seen without a session. */
export const OUTSIDE: readonly [string, string, ...Step[]][] = [
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
