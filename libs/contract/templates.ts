import * as z from 'zod';
import { Id, Locale, line, listOf, Timestamp } from './fields.js';

/** Text of several lines, as an editor leaves it. */
const lines = (maximum: number) =>
  z
    .string()
    .min(1)
    .max(maximum)
    .regex(/^(?:\P{Cc}|[\t\n\r])*$/u, 'must not contain control characters')
    .overwrite((text) => text.replace(/\r\n?/g, '\n'));

const wording = { subject: line(600), html: lines(40_000), text: lines(20_000) };

/** A practice's own wording of one mail in one language, as Handlebars. */
export const WriteTemplate = z.strictObject({ ...wording, locale: Locale });
export type WriteTemplate = z.infer<typeof WriteTemplate>;

const isWholeOrAbsent = ({ subject, html, text }: { subject?: unknown; html?: unknown; text?: unknown }) =>
  (subject === undefined) === (html === undefined) && (html === undefined) === (text === undefined);

/** What to show or to send to oneself: a draft, or without its three parts the wording in force. */
export const TryTemplate = z
  .strictObject({
    subject: wording.subject.optional(),
    html: wording.html.optional(),
    text: wording.text.optional(),
    locale: Locale.optional(),
  })
  .refine(isWholeOrAbsent, {
    error: 'send subject, html and text together, or none of them',
    path: ['html'],
  });
export type TryTemplate = z.infer<typeof TryTemplate>;

export const TemplateName = z.string().regex(/^[a-z0-9-]{1,64}$/, 'lower-case letters, digits and hyphens');
export const TemplateLanguage = z.strictObject({ locale: Locale.optional() });
export type TemplateLanguage = z.infer<typeof TemplateLanguage>;

const Failing = z.object({ since: Timestamp, reason: z.string() }).nullable();
const Parts = z.object({ subject: z.string(), html: z.string(), text: z.string() });

const summary = {
  name: z.string(),
  locale: Locale,
  description: z.string(),
  /** Whether the practice has worded it; otherwise the built-in wording is shown and sent. */
  own: z.boolean(),
  updatedAt: Timestamp.nullable(),
  /** Since when the built-in wording stands in for the practice's own, and why. */
  failing: Failing,
};
export const TemplateListView = listOf(z.object(summary));
export type TemplateSummaryView = z.infer<typeof TemplateListView>['items'][number];

export const TemplateView = z.object({
  ...summary,
  ...Parts.shape,
  builtIn: Parts,
  /** What may be printed, and what `either`, `list` and `each` take. */
  values: z.array(z.string()),
  lists: z.array(z.string()),
  /** Lines of the text, and values, that a wording must keep. */
  required: z.object({ lines: z.array(z.string()), values: z.array(z.string()) }),
});
export type TemplateView = z.infer<typeof TemplateView>;

export const TemplatePreviewView = Parts;

export const TemplateVersionListView = listOf(
  z.object({
    number: z.int(),
    savedAt: Timestamp,
    savedBy: Id.nullable(),
    inForce: z.boolean(),
    ...Parts.shape,
  }),
);
export type TemplateVersionView = z.infer<typeof TemplateVersionListView>['items'][number];
