import { useTranslation } from 'react-i18next';
import { useMoments, useUntil } from '../frame/moments.js';
import { StateMark } from '../frame/state-mark.js';
import { useReset } from '../reset-log/use-reset.js';

/** A reset on its way, in the row it was sent from: queued, sent, used, each with its time, each said aloud. */
export function ResetProgress({ resetId }: { resetId: string }) {
  const { t } = useTranslation();
  const moments = useMoments();
  const until = useUntil();
  const { data: reset } = useReset(resetId);
  const state = reset?.state ?? 'requested';
  return (
    <span role="status">
      <span className="appears" key={state}>
        {state === 'requested' && (
          <StateMark tone="waiting" icon="sent">
            {t('progress.queued')}
          </StateMark>
        )}
        {state === 'sent' && reset?.sentAt && reset.expiresAt && (
          <StateMark tone="good">
            {t('progress.sent', { at: moments.second(reset.sentAt), until: until(reset.expiresAt) })}
          </StateMark>
        )}
        {state === 'used' && reset?.usedAt && (
          <StateMark tone="good">{t('progress.used', { at: moments.second(reset.usedAt) })}</StateMark>
        )}
        {state === 'completed' && reset?.completedAt && (
          <StateMark tone="good">
            {t('progress.completed', { at: moments.second(reset.completedAt) })}
          </StateMark>
        )}
        {!['requested', 'sent', 'used', 'completed'].includes(state) && (
          <StateMark tone="bad">{t(`resetState.${state}`)}</StateMark>
        )}
      </span>
    </span>
  );
}
