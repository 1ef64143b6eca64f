import { Progress, type TextInputProps, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Icon } from '../frame/icons.js';
import classes from './new-password-field.module.css';
import { type Rule, strengthOf } from './password-strength.js';
import { SecretField } from './secret-field.js';

const RULES: readonly Rule[] = ['length', 'names', 'repetition'];
const COLOURS = ['red', 'yellow', 'teal', 'teal'] as const;

/** A new password with its strength in words, and each rule with whether it is met. */
export function NewPasswordField({ names, ...field }: TextInputProps & { names: readonly string[] }) {
  const { t } = useTranslation();
  const typed = String(field.value ?? '');
  const { level, broken, length } = strengthOf(typed, names);
  const word = t(`strength.level.${level}`);
  return (
    <div>
      <SecretField {...field} autoComplete="new-password" />
      <div className={classes['meter']}>
        <Progress
          value={typed === '' ? 0 : (level + 1) * 25}
          color={COLOURS[level]}
          size="sm"
          aria-label={t('strength.label')}
          className={classes['bar'] ?? ''}
        />
        <span className={classes['word']}>{typed === '' ? '' : word}</span>
      </div>
      <VisuallyHidden role="status">{typed === '' ? '' : t('strength.status', { word })}</VisuallyHidden>
      <ul className={classes['rules']}>
        {RULES.map((rule) => {
          const met = typed !== '' && !broken.includes(rule);
          return (
            <li key={rule} data-met={met}>
              <Icon name={met ? 'check' : 'minus'} size={16} />
              {t(`strength.rule.${rule}`, { length })}
              <VisuallyHidden>{met ? t('strength.met') : t('strength.open')}</VisuallyHidden>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
