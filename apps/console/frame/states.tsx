import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.js';
import { Icon, type IconName } from './icons.js';
import { PageLink } from './page-link.js';
import { type ProblemMeanings, useProblemWords } from './problem-words.js';
import classes from './states.module.css';

/** A sentence that must be read: what failed, what was done, what is worth knowing. */
export function Notice({
  tone,
  title,
  children,
  action,
}: {
  tone: 'good' | 'waiting' | 'bad';
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  const icon: IconName = tone === 'good' ? 'check' : 'alert';
  return (
    <div className={classes['notice']} data-tone={tone}>
      <span className={classes['glyph']}>
        <Icon name={icon} />
      </span>
      <div className={classes['words']}>
        <strong>{title}</strong>
        {children && <div>{children}</div>}
      </div>
      {action}
    </div>
  );
}

/** A refusal beside what caused it; said aloud when it appears (WCAG 4.1.3). */
export function ProblemNotice({
  error,
  action,
  ownPassword = false,
  meanings,
}: {
  error: unknown;
  action?: ReactNode;
  /** Only the password was asked for: then only it can be wrong. */
  ownPassword?: boolean;
  meanings?: ProblemMeanings | undefined;
}) {
  const { t } = useTranslation();
  const words = useProblemWords(meanings);
  if (!error) return null;
  const wrong = ownPassword && problemOf(error)?.code === 'invalid_credentials';
  const { title, detail } = wrong
    ? { title: t('wrongPassword.title'), detail: t('wrongPassword.detail') }
    : words(error);
  return (
    <div role="alert">
      <Notice tone="bad" title={title} action={action}>
        {detail}
      </Notice>
    </div>
  );
}

/** A page or list that could not be read: the page stays, the cause is named, another try is offered. */
export function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const requestId = problemOf(error)?.body.requestId;
  return (
    <Stack gap="xs">
      <ProblemNotice
        error={error}
        action={
          <Button variant="default" onClick={onRetry}>
            {t('state.tryAgain')}
          </Button>
        }
      />
      {requestId && (
        <Text size="xs" c="dimmed">
          {t('state.requestId', { id: requestId })}
        </Text>
      )}
    </Stack>
  );
}

/** Why there is nothing, and the one next step. */
export function Empty({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={classes['empty']}>
      <Text fw={600}>{title}</Text>
      {children && <Text c="dimmed">{children}</Text>}
      {action && <div className={classes['next']}>{action}</div>}
    </div>
  );
}

const SHOWN_AFTER_MILLISECONDS = 300;

/** Shows nothing for a moment: what is quick must not flicker. */
export function Late({ children }: { children: ReactNode }) {
  const [late, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), SHOWN_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return late ? children : null;
}

/** The shape of what is coming. */
export function Lines({ count, height = 20 }: { count: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Late>
      <Stack gap="md" role="status" aria-label={t('state.loading')}>
        {Array.from({ length: count }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a skeleton have no identity
          <Skeleton key={index} height={height} width={`${92 - ((index * 17) % 40)}%`} />
        ))}
      </Stack>
    </Late>
  );
}

/** What the person's roles do not permit: said plainly, with whom to ask. */
export function NotPermitted() {
  const { t } = useTranslation();
  return (
    <Empty title={t('state.notPermitted')} action={<PageLink to="/account">{t('state.toAccount')}</PageLink>}>
      {t('state.notPermittedWhy')}
    </Empty>
  );
}
