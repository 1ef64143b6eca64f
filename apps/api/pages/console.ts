import { existsSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { randomSymbols } from '#secrets';

/** What the page is told about this installation. */
export interface PageFacts {
  supportContact: string;
  mailbox: string;
}

/** Addresses of the console; its router knows what is below each. */
export const PAGES =
  /^\/(?:$|(?:sign-in|p|open-practice|reset|set-password|overview|reset-log|deliveries|audit|settings|account)(?:\/|$))/;

/** Scripts only from files of our own, styles also by nonce: the interface library adds some while it runs. */
const policyWith = (nonce: string) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

const NOT_BUILT = '<!doctype html><title>Latchkey</title><p>The console is not built: npm run build.</p>';

/** Where `npm run build` puts the console. */
export function consoleFolder(): string {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the pages: is the package complete?');
  return join(dirname(manifest), 'dist/console');
}

/** The console's one page, as it is sent: with a nonce of its own each time. */
export class ConsolePage {
  readonly #parts: string[];

  constructor({ supportContact, mailbox }: PageFacts) {
    const file = join(consoleFolder(), 'index.html');
    const page = existsSync(file) ? readFileSync(file, 'utf8') : NOT_BUILT;
    this.#parts = page
      .replace('%SUPPORT_CONTACT%', () => escapeAttribute(supportContact))
      .replace('%MAILBOX%', () => escapeAttribute(mailbox))
      .split('%STYLE_NONCE%');
  }

  /** Never the same twice, so there is nothing to compare with and no `304`. */
  render(): { html: string; policy: string } {
    // 26 symbols of 5 bits: more than the 128 bits that CSP3 §8.1 asks for.
    const nonce = Buffer.from(randomSymbols(26)).toString('base64url');
    return { html: this.#parts.join(nonce), policy: policyWith(nonce) };
  }
}

const escapeAttribute = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
