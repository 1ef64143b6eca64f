import { TextInput, type TextInputProps, UnstyledButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './secret-field.module.css';

/** A password with a way to look at it. `beside` stands at the label and follows the field in the tab order. */
export function SecretField({ beside, ...field }: TextInputProps & { beside?: ReactNode }) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <div className={classes['field']}>
      <TextInput
        {...field}
        type={shown ? 'text' : 'password'}
        autoCapitalize="none"
        spellCheck={false}
        classNames={{ input: classes['input'] ?? '' }}
      />
      {beside && <span className={classes['beside']}>{beside}</span>}
      <UnstyledButton className={classes['show']} onClick={() => setShown(!shown)}>
        {shown ? t('field.hide') : t('field.show')}
      </UnstyledButton>
    </div>
  );
}
