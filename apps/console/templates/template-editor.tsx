import { SegmentedControl, Stack, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LOCALES } from '#contract';
import { useTemplateWords } from '../deliveries/delivery-state.js';
import { useListNavigation } from '../frame/list-navigation.js';
import { PageLink } from '../frame/page-link.js';
import type { templatesSearch } from '../frame/search.js';
import { Failed, Lines, Notice } from '../frame/states.js';
import { LANGUAGES } from '../words/language.js';
import classes from './templates.module.css';
import { templateQuery, type Wording } from './templates-api.js';
import { type Said, WordingEditor } from './wording-editor.js';

/** One mail, in the language that the address names. */
export function TemplateEditor({ wording }: { wording: Wording }) {
  const { t } = useTranslation();
  const words = useTemplateWords();
  const queryClient = useQueryClient();
  const page = useListNavigation<ReturnType<typeof templatesSearch>>();
  const query = useQuery(templateQuery(wording));
  /** Another reading is another editor: what was typed into the one before is gone, and that is wanted then. */
  const [reading, setReading] = useState(0);
  const [said, setSaid] = useState<Said | null>(null);
  const readAgain = async (what: Said | null) => {
    await query.refetch();
    await queryClient.invalidateQueries({ queryKey: ['template-versions', wording.name] });
    await queryClient.invalidateQueries({ queryKey: ['templates'] });
    setSaid(what);
    setReading((before) => before + 1);
  };
  return (
    <Stack gap="lg">
      <div className={classes['head']}>
        <PageLink from="/settings/templates" search={{}}>
          {t('templates.all')}
        </PageLink>
        <Title order={2}>{words(wording.name)}</Title>
        <SegmentedControl
          aria-label={t('templates.language')}
          value={wording.locale}
          onChange={(value) => {
            setSaid(null);
            page.open({ locale: LOCALES.find((one) => one === value) });
          }}
          data={LOCALES.map((value) => ({ value, label: LANGUAGES[value] }))}
        />
      </div>
      <div role="status">{said && <Notice tone="good" title={t(`templates.said.${said}`)} />}</div>
      {query.data ? (
        <WordingEditor
          key={`${wording.name} ${wording.locale} ${String(reading)}`}
          wording={wording}
          inForce={query.data}
          onSaid={setSaid}
          onReadAgain={readAgain}
        />
      ) : query.error ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Lines count={8} />
      )}
    </Stack>
  );
}
