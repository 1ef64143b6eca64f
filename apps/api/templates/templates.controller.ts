import { Body, Controller, Delete, Get, Inject, Param, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import * as z from 'zod';
import {
  DeliveryReference,
  TemplateLanguage,
  TemplateListView,
  TemplateName,
  TemplatePreviewView,
  TemplateVersionListView,
  TemplateView,
  TryTemplate,
  WriteTemplate,
} from '#contract';
import { TrialMails } from '#delivery';
import type { Actor, ExpectedVersion } from '#runtime';
import { OwnWordings, WordingPreview } from '#wording';
import { Acting, etagOf, IfMatch, type Reply } from '../http/caller.js';
import { RecentlyAuthenticated, Requires, Returns, ReturnsNothing } from '../http/route.decorators.js';
import { TemplateViews } from './template-views.js';

const VersionNumber = z.coerce.number().int().min(1).max(1_000_000);

@ApiTags('templates')
@Controller('api/v1/templates')
export class TemplatesController {
  constructor(
    @Inject(OwnWordings) private readonly wordings: OwnWordings,
    @Inject(WordingPreview) private readonly previews: WordingPreview,
    @Inject(TrialMails) private readonly trials: TrialMails,
    @Inject(TemplateViews) private readonly views: TemplateViews,
  ) {}

  @Get()
  @Requires('template:manage')
  @Returns(200, TemplateListView, 'Every mail in every language: whose wording is in force, and does it work')
  list() {
    return this.views.list();
  }

  @Get(':name')
  @Requires('template:manage')
  @Returns(200, TemplateView, 'One mail: the wording in force, the built-in one, and what a wording may name')
  async get(
    @Param('name', { schema: TemplateName }) name: string,
    @Query({ schema: TemplateLanguage }) { locale }: TemplateLanguage,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TemplateView> {
    const key = await this.views.keyOf(name, locale);
    const own = await this.wordings.find(key);
    reply.header('etag', etagOf(own?.number ?? 0));
    return this.views.view(key, own);
  }

  @Put(':name')
  @Requires('template:manage')
  @RecentlyAuthenticated()
  @Returns(
    200,
    TemplateView,
    'Word a mail: its content in Handlebars, within the layout. 422 names what is not allowed.',
  )
  async write(
    @Param('name', { schema: TemplateName }) name: string,
    @Body({ schema: WriteTemplate }) { locale, ...parts }: WriteTemplate,
    @Acting() actor: Actor,
    @IfMatch() expectedVersion: ExpectedVersion,
    @Res({ passthrough: true }) reply: Reply,
  ): Promise<TemplateView> {
    const key = await this.views.keyOf(name, locale);
    const own = await this.wordings.save(actor, key, parts, expectedVersion);
    reply.header('etag', etagOf(own.number));
    return this.views.view(key, own);
  }

  @Delete(':name')
  @Requires('template:manage')
  @RecentlyAuthenticated()
  @ReturnsNothing('The built-in wording again, in one language or in all. Versions stay.')
  async remove(
    @Param('name', { schema: TemplateName }) name: string,
    @Query({ schema: TemplateLanguage }) { locale }: TemplateLanguage,
    @Acting() actor: Actor,
    @IfMatch() expectedVersion: ExpectedVersion,
  ): Promise<void> {
    for (const key of this.views.keysOf(name, locale))
      await this.wordings.remove(actor, key, expectedVersion);
  }

  @Post(':name/preview')
  @Requires('template:manage')
  @Returns(
    200,
    TemplatePreviewView,
    'A draft, or the wording in force, with sample values. Show the HTML in a sandbox.',
  )
  async preview(
    @Param('name', { schema: TemplateName }) name: string,
    @Body({ schema: TryTemplate }) draft: TryTemplate,
  ) {
    return this.previews.show(await this.views.keyOf(name, draft.locale), partsOf(draft));
  }

  @Post(':name/test-send')
  @Requires('template:manage')
  @Returns(202, DeliveryReference, 'Send it to your own address, with sample values.')
  async testSend(
    @Param('name', { schema: TemplateName }) name: string,
    @Body({ schema: TryTemplate }) draft: TryTemplate,
    @Acting() actor: Actor,
  ) {
    const key = await this.views.keyOf(name, draft.locale);
    const parts = partsOf(draft);
    if (parts) await this.wordings.mustBeAllowed(key, parts);
    return { deliveryId: await this.trials.post(actor, key, parts) };
  }

  @Get(':name/versions')
  @Requires('template:manage')
  @Returns(
    200,
    TemplateVersionListView,
    'What the practice has written for a mail in one language, newest first',
  )
  async versions(
    @Param('name', { schema: TemplateName }) name: string,
    @Query({ schema: TemplateLanguage }) { locale }: TemplateLanguage,
  ) {
    return this.views.versions(await this.views.keyOf(name, locale));
  }

  @Post(':name/versions/:number/restoration')
  @Requires('template:manage')
  @RecentlyAuthenticated()
  @Returns(200, TemplateView, 'Put an earlier version in force, as a new one.')
  async restore(
    @Param('name', { schema: TemplateName }) name: string,
    @Param('number', { schema: VersionNumber }) number: number,
    @Query({ schema: TemplateLanguage }) { locale }: TemplateLanguage,
    @Acting() actor: Actor,
    @IfMatch() expectedVersion: ExpectedVersion,
  ): Promise<TemplateView> {
    const key = await this.views.keyOf(name, locale);
    const own = await this.wordings.restore(actor, key, number, expectedVersion);
    return this.views.view(key, own);
  }
}

/** All three or none: the schema has seen to it. */
function partsOf({ subject, html, text }: TryTemplate) {
  return subject !== undefined && html !== undefined && text !== undefined ? { subject, html, text } : null;
}
