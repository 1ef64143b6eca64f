import { UnstyledButton } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CurrentSessionView } from '#contract';
import { useMay } from '../api/ability.js';
import { currentInterruption } from '../api/interruptions.js';
import { HelpDialog } from './help-dialog.js';
import { Icon } from './icons.js';
import { LazyPart } from './lazy-part.js';
import classes from './page-frame.module.css';
import { PAGES, useMayAdminister } from './pages.js';
import { PersonMenu } from './person-menu.js';
import { useShortcuts } from './shortcuts.js';

const Palette = lazy(async () => ({ default: (await import('./palette.js')).Palette }));

export function FrameHeader({ session }: { session: CurrentSessionView }) {
  const { t } = useTranslation();
  const may = useMay();
  const mayAdminister = useMayAdminister();
  const [opened, setOpened] = useState<'palette' | 'help' | null>(null);
  const [menu, setMenu] = useState(false);
  // What interrupts is answered first: nothing opens over it.
  useShortcuts({ onPalette: () => currentInterruption() ?? setOpened('palette') });
  const pages = PAGES.filter(({ needs }) => may(needs));
  return (
    <>
      <header className={classes['header']}>
        {pages.length > 0 && (
          <UnstyledButton
            className={`${classes['tool']} ${classes['menu']}`}
            aria-label={t('frame.menu')}
            aria-expanded={menu}
            aria-controls="pages"
            onClick={() => setMenu(!menu)}
          >
            <Icon name={menu ? 'close' : 'menu'} />
          </UnstyledButton>
        )}
        <p className={classes['practice']}>{session.practice.name}</p>
        <UnstyledButton
          className={classes['tool']}
          aria-label={t('frame.search')}
          title={t('frame.searchKey')}
          onClick={() => setOpened('palette')}
        >
          <Icon name="search" />
        </UnstyledButton>
        <UnstyledButton
          className={classes['tool']}
          aria-label={t('frame.help')}
          title={t('frame.help')}
          onClick={() => setOpened('help')}
        >
          <Icon name="help" />
        </UnstyledButton>
        {mayAdminister && (
          <Link
            to="/settings"
            className={classes['tool']}
            aria-label={t('frame.settings')}
            title={t('frame.settings')}
          >
            <Icon name="gear" />
          </Link>
        )}
        <PersonMenu user={session.user} />
      </header>
      {pages.length > 0 && (
        <nav id="pages" className={classes['aside']} data-open={menu} aria-label={t('frame.pages')}>
          <ul className={classes['links']}>
            {pages.map(({ to, word, icon }) => (
              <li key={to}>
                <Link to={to} className={classes['link']} onClick={() => setMenu(false)}>
                  <Icon name={icon} />
                  {t(word)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
      )}
      {opened === 'help' && <HelpDialog onClose={() => setOpened(null)} />}
      {opened === 'palette' && (
        <LazyPart dialog={{ title: t('palette.title'), onClose: () => setOpened(null) }}>
          <Suspense>
            <Palette onClose={() => setOpened(null)} />
          </Suspense>
        </LazyPart>
      )}
    </>
  );
}
