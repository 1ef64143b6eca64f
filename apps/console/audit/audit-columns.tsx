import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import type { Column } from '../frame/listing.js';
import { Moment } from '../frame/moments.js';
import { PageLink } from '../frame/page-link.js';
import { StateMark, type Tone } from '../frame/state-mark.js';
import { Actor } from '../users/actor.js';
import { useActionWords } from './action-words.js';
import { Target } from './target.js';

const TONES: Record<AuditEventView['outcome'], Tone> = { success: 'good', refused: 'bad', failed: 'bad' };

export function useAuditColumns(): Column<AuditEventView>[] {
  const { t } = useTranslation();
  const words = useActionWords();
  return [
    {
      key: 'seq',
      head: t('audit.sequence'),
      numeric: true,
      cell: ({ seq }) => seq,
    },
    { key: 'when', head: t('audit.when'), cell: ({ at }) => <Moment at={at} /> },
    {
      key: 'what',
      head: t('audit.what'),
      plain: true,
      cell: (event) => (
        <PageLink
          from="/audit"
          search={(before) => ({ ...before, open: event.id })}
          resetScroll={false}
          size="sm"
          aria-label={t('audit.open', { seq: event.seq, what: words(event.action) })}
        >
          {words(event.action)}
        </PageLink>
      ),
    },
    { key: 'who', head: t('audit.who'), cell: ({ actor }) => <Actor {...actor} /> },
    { key: 'target', head: t('audit.target'), cell: ({ target }) => <Target target={target} /> },
    {
      key: 'outcome',
      head: t('audit.outcome'),
      plain: true,
      cell: ({ outcome }) => <StateMark tone={TONES[outcome]}>{t(`outcome.${outcome}`)}</StateMark>,
    },
  ];
}
