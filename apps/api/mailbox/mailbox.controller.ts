import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Delete, Get, Header, Inject, Query, UseGuards } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public, Returns, ReturnsFile, ReturnsNothing } from '../http/route.decorators.js';
import { LoopbackOnlyGuard } from './loopback-only.guard.js';
import { Mailbox } from './mailbox.js';
import { ListMailboxMessages, MailboxMessagesView } from './mailbox.schemas.js';

// The mail's HTML is shown by srcdoc, which inherits this policy: hence inline styles, and no image but data.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The built-in mailbox in a browser and for tests; mounted in development only. */
@ApiExcludeController()
@Public()
@Controller('dev/mail')
@UseGuards(LoopbackOnlyGuard)
export class MailboxController {
  readonly #page = pageFile('index.html');
  readonly #script = pageFile('app.js');
  readonly #style = pageFile('app.css');

  constructor(@Inject(Mailbox) private readonly mailbox: Mailbox) {}

  @Get()
  @ReturnsFile()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', POLICY)
  @Header('cache-control', 'no-store')
  @Header('cross-origin-resource-policy', 'same-origin')
  @Header('referrer-policy', 'no-referrer')
  @Header('x-content-type-options', 'nosniff')
  page(): string {
    return this.#page;
  }

  @Get('app.js')
  @ReturnsFile()
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('x-content-type-options', 'nosniff')
  script(): string {
    return this.#script;
  }

  @Get('app.css')
  @ReturnsFile()
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('x-content-type-options', 'nosniff')
  style(): string {
    return this.#style;
  }

  @Get('messages')
  @Returns(200, MailboxMessagesView, 'The built-in mailbox')
  @Header('cache-control', 'no-store')
  @Header('cross-origin-resource-policy', 'same-origin')
  messages(@Query({ schema: ListMailboxMessages }) query: ListMailboxMessages): MailboxMessagesView {
    return { items: this.mailbox.messages(query) };
  }

  @Delete('messages')
  @ReturnsNothing('The built-in mailbox')
  @Header('cache-control', 'no-store')
  clear(): void {
    this.mailbox.clear();
  }
}

/** The compiler moves only TypeScript, so the page is read from the package and not from `dist/`. */
function pageFile(name: string): string {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the mailbox: where is its page?');
  return readFileSync(join(dirname(manifest), 'apps/api/mailbox/page', name), 'utf8');
}
