import { queryOptions } from '@tanstack/react-query';
import type {
  Locale,
  TemplateSummaryView,
  TemplateVersionView,
  TemplateView,
  WriteTemplate,
} from '#contract';
import { call, callTagged, type Page } from '../api/client.js';

/** One mail in one language. */
export interface Wording {
  name: string;
  locale: Locale;
}

/** What a practice writes of a mail. */
export type Parts = Omit<WriteTemplate, 'locale'>;

const at = ({ name }: Wording) => `/templates/${encodeURIComponent(name)}`;

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => call<Page<TemplateSummaryView>>('GET', '/templates', { signal }),
});

/** The wording in force with the tag that a change must name; read once, so that nothing replaces what is typed. */
export const templateQuery = (wording: Wording) =>
  queryOptions({
    queryKey: ['template', wording.name, wording.locale],
    queryFn: ({ signal }) =>
      callTagged<TemplateView>('GET', at(wording), { query: { locale: wording.locale }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

export const templateVersionsQuery = (wording: Wording) =>
  queryOptions({
    queryKey: ['template-versions', wording.name, wording.locale],
    queryFn: ({ signal }) =>
      call<Page<TemplateVersionView>>('GET', `${at(wording)}/versions`, {
        query: { locale: wording.locale },
        signal,
      }),
  });

/** A draft with sample values, or the wording in force. */
export const previewTemplate = (wording: Wording, draft: Parts | null) =>
  call<Parts>('POST', `${at(wording)}/preview`, {
    body: { ...draft, locale: wording.locale },
  });

export const testTemplate = (wording: Wording, draft: Parts) =>
  call<{ deliveryId: string }>('POST', `${at(wording)}/test-send`, {
    body: { ...draft, locale: wording.locale },
  });

export const writeTemplate = (wording: Wording, parts: Parts, basedOn: string | null) =>
  callTagged<TemplateView>('PUT', at(wording), { body: { ...parts, locale: wording.locale }, basedOn });

export const restoreTemplate = (wording: Wording, number: number, basedOn: string | null) =>
  call<TemplateView>('POST', `${at(wording)}/versions/${number}/restoration`, {
    query: { locale: wording.locale },
    basedOn,
  });

export const removeTemplate = (wording: Wording, basedOn: string | null) =>
  call<void>('DELETE', at(wording), { query: { locale: wording.locale }, basedOn });
