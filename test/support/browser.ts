import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { AxeBuilder } from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { freePort } from './free-port.js';
import { type Product, type ProductOptions, startProduct } from './product.js';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** The product with its console in a browser. */
export interface Console {
  product: Product;
  url: string;
  /** A page in a browser profile of its own: no cookie, nothing remembered. */
  open(path?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** On a machine that has much else to do a page takes seconds, and a walk of twenty steps a minute. */
const PATIENCE_MILLISECONDS = 60_000;

/** Starts both before the file's tests; every page must be free of script errors and of policy violations. */
export function useConsole(options: ProductOptions = {}): Console {
  vi.setConfig({ testTimeout: 4 * PATIENCE_MILLISECONDS });
  let browser: Browser;
  const complaints: string[] = [];
  const running: Console = {
    product: undefined as unknown as Product,
    url: '',
    open: async (path = '/', options = {}) => {
      const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Europe/Madrid', ...options });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MILLISECONDS);
      page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`));
      page.on('console', (message) => {
        // A refused call is written there by the browser itself; what the page does about it is tested.
        if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
          complaints.push(`${page.url()}: ${message.text()}`);
        }
      });
      await page.goto(new URL(path, running.url).href);
      return page;
    },
  };
  beforeAll(async () => {
    const port = await freePort();
    running.url = `http://127.0.0.1:${port}`;
    running.product = await startProduct({
      ...options,
      env: { PUBLIC_URL: running.url, RATE_LIMIT_FACTOR: '100', ...options.env },
    });
    await running.product.app.listen(port, '127.0.0.1');
    browser = await chromium.launch({
      executablePath: chromiumPath(),
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await running.product?.stop();
    expect(complaints).toEqual([]);
  });
  return running;
}

/** Fills in the sign-in page and waits until it is left. */
export async function signInOn(
  page: Page,
  { practiceId, username, password }: { practiceId: string; username: string; password: string },
): Promise<void> {
  await page.getByLabel('Practice ID').fill(practiceId);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}

/** What axe finds against WCAG 2.0 to 2.2, A and AA. No script runs in a sandbox: the mails there have tests of their own. */
export async function faultsOn(page: Page): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ['violations'] }).withTags(WCAG);
  // There is no other frame whose results would have to be gathered, on a page of their own.
  const { violations } = await axe.exclude('iframe[sandbox]').setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** The one without windows where it is there: it costs half. */
function chromiumPath(): string {
  const installed = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];
  const found = [process.env['CHROMIUM'] ?? '', ...installed].find((path) => existsSync(path));
  return found ?? execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
}
