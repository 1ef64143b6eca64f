import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { LOCALES } from '#contract';
import { useMay } from '../api/ability.js';
import { NotPermitted } from '../frame/states.js';
import { TemplateEditor } from './template-editor.js';
import { TemplateList } from './template-list.js';

const page = getRouteApi('/inside/settings/templates');

/** What the practice’s mails say, and in which words. */
export function TemplatesPage() {
  const { i18n } = useTranslation();
  const may = useMay();
  const { open, locale } = page.useSearch();
  if (!may('template:manage')) return <NotPermitted />;
  if (!open) return <TemplateList />;
  const shown = locale ?? LOCALES.find((one) => one === i18n.language) ?? 'en';
  return <TemplateEditor wording={{ name: open, locale: shown }} />;
}
