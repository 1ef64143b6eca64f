import { useTranslation } from 'react-i18next';
import { PageLink } from '../frame/page-link.js';
import { formatDuration } from '../reset-log/duration.js';
import { useCalendarDay } from './calendar-day.js';
import type { Figures } from './figures.js';
import classes from './overview.module.css';

/** Three numbers, each with what it is compared with. */
export function ThreeNumbers({ figures }: { figures: Figures }) {
  const { t, i18n } = useTranslation();
  const day = useCalendarDay();
  const number = new Intl.NumberFormat(i18n.language, { maximumFractionDigits: 1 });
  const seconds = (value: number) => formatDuration(value, i18n.language);
  const { mail } = figures;
  return (
    <dl className={classes['numbers']}>
      <div>
        <dt>{t('overview.resetsToday')}</dt>
        <dd>{number.format(figures.today)}</dd>
        <dd>{t('overview.againstWeek', { average: number.format(figures.weekAverage) })}</dd>
      </div>
      <div>
        <dt>{t('overview.mailTime')}</dt>
        <dd>{mail ? seconds(mail.medianSeconds) : '–'}</dd>
        <dd>
          {mail
            ? `${t('overview.mailTimeOf', { day: day(mail.day) })}, ${t('overview.slow', { time: seconds(mail.slowSeconds) })}`
            : t('overview.mailTimeNone')}
        </dd>
      </div>
      <div>
        <dt>{t('overview.failures')}</dt>
        <dd>{number.format(figures.failed)}</dd>
        <dd>
          {t('overview.failuresBefore', { count: figures.failedBefore })}
          {figures.failed > 0 && (
            <>
              {' · '}
              <PageLink to="/reset-log" search={{ state: 'failed' }} size="sm">
                {t('overview.seeFailures')}
              </PageLink>
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}
