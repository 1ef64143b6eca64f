import { type ErrorComponentProps, useRouter } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import { PageTitle } from './page-title.js';
import { Plain } from './plain.js';
import { Failed } from './states.js';

/** A page that broke, or whose program did not arrive: the frame around it stays, and another try is offered. */
export function PageFailed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const onRetry = useRetry(error, reset);
  return (
    <>
      <PageTitle>{t('pageFailed.title')}</PageTitle>
      <Failed error={error} onRetry={onRetry} />
    </>
  );
}

/** The same below a page's title and tabs. */
export function SectionFailed({ error, reset }: ErrorComponentProps) {
  const onRetry = useRetry(error, reset);
  return <Failed error={error} onRetry={onRetry} />;
}

/** The same where there is no frame: before the sign-in, and while nobody knows yet who is there. */
export function PlainFailed({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  const onRetry = useRetry(error, reset);
  return (
    <Plain title={t('pageFailed.title')}>
      <Failed error={error} onRetry={onRetry} />
    </Plain>
  );
}

/** What the API refused is asked again; a program that did not arrive, or that broke, is fetched anew. */
function useRetry(error: unknown, reset: () => void): () => void {
  const router = useRouter();
  return () => {
    if (!problemOf(error)) return location.reload();
    reset();
    void router.invalidate();
  };
}
