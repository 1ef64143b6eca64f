import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import * as z from 'zod';
import { PROBLEMS, type ProblemCode } from '#contract';
import { Config, Problem } from '#runtime';
import type { Reply, Request } from '../http/caller.js';
import { Public, Returns, ReturnsFile } from '../http/route.decorators.js';
import { ConsolePage, PAGES } from './console.js';

const ProblemPage = z.object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() });

/** What belongs to programs: an address that does not exist there is a problem, never a page. */
const NO_PAGES = /^\/(?:api|dev|health|metrics|assets|problems)(?:\/|$)/;

/** The console at every address of its own with whatever filters, and what the `type` of a problem leads to. */
@ApiExcludeController()
@Public()
@Controller()
export class PagesController {
  readonly #console: ConsolePage;

  constructor(@Inject(Config) { usesMailbox, values }: Config) {
    this.#console = new ConsolePage({
      supportContact: values.SUPPORT_CONTACT ?? '',
      mailbox: usesMailbox ? '/dev/mail' : '',
    });
  }

  @Get('problems/:code')
  @Returns(200, ProblemPage, 'What a problem means and what to do next')
  problem(@Param('code') code: string) {
    if (!isProblemCode(code)) throw Problem.of('not_found');
    return { code, ...PROBLEMS[code] };
  }

  @Get('*')
  @ReturnsFile()
  page(
    @Query() _filters: unknown,
    @Req() request: Request,
    @Res({ passthrough: true }) reply: Reply,
  ): string {
    const path = request.url.split('?', 1)[0] ?? '';
    const known = PAGES.test(path);
    // A browser that lost its way gets the console, which says so; a program gets a problem.
    if (!known && (NO_PAGES.test(path) || !request.headers.accept?.includes('text/html'))) {
      throw Problem.of('not_found');
    }
    const { html, policy } = this.#console.render();
    void reply
      .status(known ? 200 : 404)
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', policy)
      .header('cache-control', 'no-cache');
    return html;
  }
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);
