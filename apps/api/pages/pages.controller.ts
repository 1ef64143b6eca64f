import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public, ReturnsFile } from '../http/route.decorators.js';

/** The plain page at `/`. */
@ApiExcludeController()
@Public()
@Controller()
export class PagesController {
  readonly #page = pageFile('index.html');
  readonly #style = pageFile('page.css');

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
}

function pageFile(name: string): string {
  const manifest = findPackageJSON('..', import.meta.url);
  if (!manifest) throw new Error('No package.json above the pages: is the package complete?');
  return readFileSync(join(dirname(manifest), 'apps/api/pages', name), 'utf8');
}
