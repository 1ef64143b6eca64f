import { useTranslation } from 'react-i18next';
import { PASSWORD_REASONS } from '#contract';
import { type ApiProblem, problemOf } from '../api/problem.js';

/** Codes that mean something else at this place than elsewhere. */
export type ProblemMeanings = Readonly<Record<string, string>>;

/** A problem in the reader's language; what this console does not know yet is said in the API's words. */
export function useProblemWords(meanings: ProblemMeanings = {}) {
  const { t, i18n } = useTranslation();
  return (error: unknown): { title: string; detail: string } => {
    const problem = problemOf(error);
    // No refusal, but a page that broke or whose program did not arrive.
    if (!problem) return { title: t('pageFailed.broke'), detail: t('pageFailed.brokeWhy') };
    const { code } = problem;
    const meaning = meanings[code];
    const words = meaning ? `meaning.${meaning}` : `problem.${code}`;
    const key = `${words}.title`;
    if (!i18n.exists(key)) {
      return { title: problem.body.title ?? code, detail: problem.body.detail ?? '' };
    }
    const values = waitOf(problem);
    return {
      title: t(key as 'problem.internal.title'),
      detail: t(`${words}.detail` as 'problem.internal.detail', values),
    };
  };
}

/** What is wrong with a field: the password's reasons one by one, else what a good value looks like. */
export function useFaultWords() {
  const { t, i18n } = useTranslation();
  return (field: string, codes: readonly string[]): string | undefined => {
    if (codes.length === 0) return undefined;
    const reasons = codes.filter((code) => Object.hasOwn(PASSWORD_REASONS, code));
    if (reasons.length > 0) return reasons.map((code) => t(`reason.${code}` as 'reason.common')).join(' ');
    const key = `fault.${field}`;
    return i18n.exists(key) ? t(key as 'fault.required') : t('fault.other');
  };
}

function waitOf(problem: ApiProblem): { minutes: number } {
  return { minutes: Math.max(1, Math.ceil((problem.retryAfterSeconds ?? 60) / 60)) };
}
