import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import { Moment, useUntil } from '../frame/moments.js';
import { StateMark } from '../frame/state-mark.js';

/** When somebody was last here, or why they cannot be. */
export function UserState({ user }: { user: UserView }) {
  const { t } = useTranslation();
  if (user.status === 'deactivated') return <StateMark tone="quiet">{t('user.deactivated')}</StateMark>;
  if (user.lastSignInAt) return <Moment at={user.lastSignInAt} />;
  if (user.status !== 'invited') return t('user.never');
  return (
    <span>
      {t('user.never')} · {t('user.invited')} <Moment at={user.createdAt} />
    </span>
  );
}

/** A mail to the address on file came back: whoever waits for one waits in vain. */
export function ReturnedMail({ user }: { user: UserView }) {
  const { t } = useTranslation();
  return user.emailUndeliverable ? <StateMark tone="bad">{t('user.emailUndeliverable')}</StateMark> : null;
}

/** The temporary password that is on its way or waits to be used. */
export function TemporaryPassword({ user }: { user: UserView }) {
  const { t } = useTranslation();
  const until = useUntil();
  const temporary = user.temporaryPassword;
  if (!temporary || user.status === 'deactivated') return null;
  if (temporary.state === 'pending' || !temporary.expiresAt) {
    return (
      <StateMark tone="waiting" icon="sent">
        {t('user.temporary.pending')}
      </StateMark>
    );
  }
  return temporary.state === 'sent' ? (
    <StateMark tone="waiting">{t('user.temporary.sent', { until: until(temporary.expiresAt) })}</StateMark>
  ) : (
    <StateMark tone="bad">{t('user.temporary.expired')}</StateMark>
  );
}
