import { Anchor, Text } from '@mantine/core';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './where-is-my-practice-id.module.css';

/** Explains, and sends nothing to anybody: strangers ask too. */
export function WhereIsMyPracticeId() {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={classes['where']}>
      <Anchor
        component="button"
        type="button"
        size="sm"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        {t('signIn.where')}
      </Anchor>
      <div id={id} hidden={!open} className={classes['answer']}>
        <Text size="sm">{t('signIn.whereOpener')}</Text>
        <Text size="sm">{t('signIn.whereMember')}</Text>
      </div>
    </div>
  );
}
