import { expect, it } from 'vitest';
import { BuiltInMails, MESSAGE_KINDS, type MessageKind, Renderer } from '../../libs/wording/index.js';
import { faultsOn, useConsole } from '../support/browser.js';

const console = useConsole({ worker: false });
const mails = new BuiltInMails();
const renderer = new Renderer(mails);
const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];

/** In either scheme, and the longer language where it is narrow: the layout is one, the words differ. */
const READERS = [
  { locale: 'en', colorScheme: 'light', width: 800 },
  { locale: 'en', colorScheme: 'dark', width: 800 },
  { locale: 'es', colorScheme: 'light', width: 320 },
] as const;

it.each(kinds)('the mail %s has no fault that axe finds, and fits its window', async (kind) => {
  for (const { locale, colorScheme, width } of READERS) {
    const page = await console.open('about:blank', { colorScheme, viewport: { width, height: 900 } });
    const { html } = renderer.render(kind, mails.sample(kind), { locale, timeZone: 'UTC' });
    await page.setContent(html);
    expect([locale, colorScheme, await faultsOn(page)]).toEqual([locale, colorScheme, []]);
    const fits = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth';
    expect([locale, width, await page.evaluate<boolean>(fits)]).toEqual([locale, width, true]);
    await page.context().close();
  }
});
