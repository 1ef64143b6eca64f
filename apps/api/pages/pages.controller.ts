import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, Inject, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import * as z from 'zod';
import { PROBLEMS, type ProblemCode } from '#contract';
import { Config, Problem } from '#runtime';
import { Public, Returns, ReturnsFile } from '../http/route.decorators.js';

const ProblemPage = z.object({ code: z.string(), status: z.int(), title: z.string(), detail: z.string() });

/** The plain page at `/`, and what the `type` of a problem leads to. */
@ApiExcludeController()
@Public()
@Controller()
export class PagesController {
  readonly #page: string;
  readonly #style = pageFile('page.css');

  constructor(@Inject(Config) { usesMailbox }: Config) {
    this.#page = usesMailbox
      ? pageFile('index.html')
      : pageFile('index.html').replace(/^.*\/dev\/mail.*\n/m, '');
  }

  @Get()
  @ReturnsFile()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return this.#page;
  }

  @Get('page.css')
  @ReturnsFile()
  @Header('content-type', 'text/css; charset=utf-8')
  style(): string {
    return this.#style;
  }

  @Get('problems/:code')
  @Returns(200, ProblemPage, 'What a problem means and what to do next')
  problem(@Param('code') code: string) {
    if (!isProblemCode(code)) throw Problem.of('not_found');
    return { code, ...PROBLEMS[code] };
  }
}

const isProblemCode = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

function pageFile(name: string): string {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the pages: is the package complete?');
  return readFileSync(join(dirname(manifest), 'apps/api/pages', name), 'utf8');
}
