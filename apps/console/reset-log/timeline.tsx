import { useTranslation } from 'react-i18next';
import type { ResetDetailView } from '#contract';
import { useActionWords } from '../audit/action-words.js';
import { useMoments } from '../frame/moments.js';
import { Actor } from '../users/actor.js';
import classes from './reset-log.module.css';

/** Every step in order, with what the mail server said, word for word. */
export function Timeline({ entries }: { entries: ResetDetailView['timeline'] }) {
  const { t } = useTranslation();
  const words = useActionWords();
  const moments = useMoments();
  return (
    <ol className={classes['timeline']}>
      {entries.map(({ at, event, actor, detail }) => (
        <li key={`${at} ${event}`}>
          <time dateTime={at} title={moments.full(at)}>
            {moments.second(at)}
          </time>
          <div>
            <div>{words(event)}</div>
            <div className={classes['by']}>
              {t('resetLog.byWhom')} <Actor {...actor} />
            </div>
            {detail && <code className={classes['reply']}>{detail}</code>}
          </div>
        </li>
      ))}
    </ol>
  );
}
