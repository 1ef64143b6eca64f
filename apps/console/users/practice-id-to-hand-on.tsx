import { useTranslation } from 'react-i18next';
import { CopyText } from '../frame/copy-text.js';
import { usePractice } from '../practice/practice-api.js';
import classes from './users.module.css';

/** What whoever was just added still lacks: no email with a password ever holds it. */
export function PracticeIdToHandOn() {
  const { t } = useTranslation();
  const practiceId = usePractice()?.practiceId;
  if (!practiceId) return null;
  return (
    <p className={classes['practiceId']}>
      {t('field.practiceId')} <code>{practiceId}</code>
      <CopyText text={practiceId} label={t('practice.copyId')} />
    </p>
  );
}
