import { useTranslation } from 'react-i18next';
import type { ResetDetailView } from '#contract';
import { useActionWords } from '../audit/action-words.js';
import { useAttemptWords } from '../deliveries/delivery-state.js';
import { StepTime } from '../frame/step-time.js';
import { Actor } from '../users/actor.js';
import classes from './reset-log.module.css';

/** Every step in order, with what the mail server said, word for word. */
export function Timeline({ entries }: { entries: ResetDetailView['timeline'] }) {
  const { t } = useTranslation();
  const actionWords = useActionWords();
  const attemptWords = useAttemptWords();
  return (
    <ol className={classes['timeline']}>
      {entries.map(({ at, event, actor, detail }, index) => (
        <li key={`${at} ${event}`}>
          <StepTime at={at} before={entries[index - 1]?.at} />
          <div>
            <div>{attemptWords(event) ?? actionWords(event)}</div>
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
