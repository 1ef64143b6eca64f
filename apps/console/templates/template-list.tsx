import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { TemplateSummaryView } from '#contract';
import { useTemplateWords } from '../deliveries/delivery-state.js';
import { type Column, Listing } from '../frame/listing.js';
import { Moment } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { StateMark } from '../frame/state-mark.js';
import { LANGUAGES } from '../words/language.js';
import { templatesQuery } from './templates-api.js';

/** One mail in every language. */
interface Mail {
  name: string;
  own: TemplateSummaryView[];
  failing: TemplateSummaryView[];
}

/** The answer holds them all. */
const ONE_PAGE = { first: true, onFirst: () => undefined, onNext: () => undefined };

/** Every mail, with whose words it is sent in and whether they work. */
export function TemplateList() {
  const { t } = useTranslation();
  const query = useQuery({
    ...templatesQuery,
    select: ({ items }) => ({ items: mailsOf(items), nextCursor: null }),
  });
  return (
    <>
      <Text c="dimmed" mb="sm" maw="44rem">
        {t('templates.why')}
      </Text>
      <Listing
        label={t('settings.templates')}
        query={query}
        columns={useColumns()}
        rowKey={({ name }) => name}
        paging={ONE_PAGE}
        empty={null}
      />
    </>
  );
}

function useColumns(): Column<Mail>[] {
  const { t } = useTranslation();
  const words = useTemplateWords();
  return [
    {
      key: 'name',
      head: t('templates.mail'),
      plain: true,
      cell: ({ name }) => (
        <PageLink from="/settings/templates" search={{ open: name }}>
          {words(name)}
        </PageLink>
      ),
    },
    {
      key: 'own',
      head: t('templates.own'),
      cell: ({ own }) =>
        own.length === 0 ? t('templates.builtIn') : own.map(({ locale }) => LANGUAGES[locale]).join(', '),
    },
    {
      key: 'failing',
      head: t('field.state'),
      cell: ({ failing }) =>
        failing.map(({ locale, failing: failed }) => (
          <div key={locale}>
            <StateMark tone="bad">{t('templates.failing', { language: LANGUAGES[locale] })}</StateMark>
            {failed && (
              <Text size="xs" c="dimmed">
                <Moment at={failed.since} /> · <span lang="en">{failed.reason}</span>
              </Text>
            )}
          </div>
        )),
    },
  ];
}

const mailsOf = (items: readonly TemplateSummaryView[]): Mail[] =>
  [...Map.groupBy(items, ({ name }) => name)].map(([name, inLanguages]) => ({
    name,
    own: inLanguages.filter(({ own }) => own),
    failing: inLanguages.filter(({ failing }) => failing !== null),
  }));
