import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import classes from './templates.module.css';

/**
 * What is wrong with one part of a wording: the rule in the reader’s language, then what exactly, as the API
 * says it (in English, with the line or the name that it is about).
 */
export function useFaultSentences() {
  const { t, i18n } = useTranslation();
  return (error: unknown, part: string): ReactNode => {
    const faults = problemOf(error)?.faults.filter(({ pointer }) => pointer === `/${part}`) ?? [];
    if (faults.length === 0) return null;
    return faults.map(({ code, message }) => {
      const key = `templateFault.${code}`;
      return (
        <span key={code + message} className={classes['fault']}>
          {t(i18n.exists(key) ? (key as 'templateFault.syntax') : 'fault.other')}{' '}
          <span lang="en">{message}.</span>
        </span>
      );
    });
  };
}
