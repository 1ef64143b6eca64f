import { Anchor } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, LANGUAGES, type Language } from '../words/language.js';
import { Icon } from './icons.js';
import { PageTitle } from './page-title.js';
import classes from './plain.module.css';

/** A page for somebody who is not signed in: one column, one thing to do. */
export function Plain({
  title,
  step,
  foot,
  children,
}: {
  title: string;
  /** Progress in words, above the title. */
  step?: string;
  foot?: ReactNode;
  children: ReactNode;
}) {
  const column = useFocusOnNewTitle(title);
  return (
    <div className={classes['page']}>
      <main ref={column} className={classes['column']}>
        <p className={classes['product']}>
          <Icon name="shield" /> Latchkey
        </p>
        {step && <p className={classes['step']}>{step}</p>}
        <PageTitle>{title}</PageTitle>
        {children}
      </main>
      <footer className={classes['foot']}>
        {foot}
        <LanguageLinks />
      </footer>
    </div>
  );
}

let lastTitle: string | null = null;

/** Another page or step begins at its heading, for the keyboard too, unless it has put the focus elsewhere. */
function useFocusOnNewTitle(title: string) {
  const column = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = lastTitle;
    lastTitle = title;
    if (before === null || before === title) return;
    window.scrollTo(0, 0);
    if (column.current?.contains(document.activeElement)) return;
    column.current?.querySelector('h1')?.focus({ preventScroll: true });
  }, [title]);
  return column;
}

function LanguageLinks() {
  const { i18n } = useTranslation();
  const others = (Object.keys(LANGUAGES) as Language[]).filter((language) => language !== i18n.language);
  return others.map((language) => (
    <Anchor
      key={language}
      component="button"
      type="button"
      size="sm"
      lang={language}
      onClick={() => void chooseLanguage(language)}
    >
      {LANGUAGES[language]}
    </Anchor>
  ));
}
