import { AbilityProvider } from '@casl/react';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { abilityOf } from '../api/ability.js';
import { sessionQuery, startOver } from '../api/session.js';
import { onSomebodyElse } from '../api/signed-in-user.js';
import { speakAs } from '../words/language.js';
import { FrameHeader } from './frame-header.js';
import { InterruptionDialogs } from './interruption-dialogs.js';
import classes from './page-frame.module.css';
import { SessionTimeout } from './session-timeout.js';

const SESSION_POLL_MILLISECONDS = 60_000;

/** What every page inside has around it. Without a session there is no page. */
export function PageFrame() {
  const { t } = useTranslation();
  const { data: session } = useQuery({ ...sessionQuery, refetchInterval: SESSION_POLL_MILLISECONDS });
  const ability = useMemo(() => abilityOf(session?.rules ?? []), [session?.rules]);
  useLeaveWithoutSession(session === null);
  useSetPasswordFirst(session?.passwordChangeRequired === true);
  useEffect(() => onSomebodyElse(() => void startOver()), []);
  const main = useFocusOnNavigation();
  const locale = session?.user.locale;
  useEffect(() => {
    if (locale) void speakAs(locale);
  }, [locale]);
  if (!session) return null;
  return (
    <AbilityProvider value={ability}>
      <a className={classes['skip']} href="#main">
        {t('frame.skip')}
      </a>
      <div className={classes['frame']}>
        <FrameHeader session={session} />
        <main id="main" ref={main} tabIndex={-1} className={classes['main']}>
          <Outlet />
        </main>
      </div>
      <InterruptionDialogs />
      <SessionTimeout expiresAt={session.expiresAt} />
    </AbilityProvider>
  );
}

function useLeaveWithoutSession(gone: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (gone) void navigate({ to: '/sign-in', search: { done: 'expired' } });
  }, [gone, navigate]);
}

/** Signed in again with a temporary password, here or on another page: it permits one thing. */
function useSetPasswordFirst(required: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (required) void navigate({ to: '/set-password' });
  }, [required, navigate]);
}

/** A new page begins at its beginning, for the keyboard too; a filter or a dialog is no new page. */
function useFocusOnNavigation() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    // Arrow keys walk along the tabs, which stay where they are.
    if (document.activeElement?.role === 'tab') return;
    main.current?.focus({ preventScroll: true });
  }, [path]);
  return main;
}
