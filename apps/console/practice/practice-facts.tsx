import { Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PracticeView } from '#contract';
import { CopyText } from '../frame/copy-text.js';
import classes from './practice.module.css';

/** What colleagues ask for: the Practice ID, a link that fills it in, and who the administrators are. */
export function PracticeFacts({ practice }: { practice: PracticeView }) {
  const { t } = useTranslation();
  const link = `${location.origin}/p/${practice.practiceId}`;
  return (
    <>
      <dl className={classes['facts']}>
        <div>
          <dt>{t('field.practiceId')}</dt>
          <dd>
            <span className={classes['id']}>{practice.practiceId}</span>
            <CopyText text={practice.practiceId} label={t('practice.copyId')} />
          </dd>
        </div>
        <div>
          <dt>{t('practice.link')}</dt>
          <dd>
            <span>{link}</span>
            <CopyText text={link} label={t('practice.copyLink')} />
          </dd>
        </div>
        <div>
          <dt>
            <Title order={2} fz="inherit" fw="inherit">
              {t('practice.administrators')}
            </Title>
          </dt>
          <dd>
            <ul className={classes['people']}>
              {practice.administrators.map(({ displayName }) => (
                <li key={displayName}>{displayName}</li>
              ))}
            </ul>
          </dd>
        </div>
      </dl>
      <Text size="sm" c="dimmed" mt="md">
        {t('practice.handOn')}
      </Text>
    </>
  );
}
