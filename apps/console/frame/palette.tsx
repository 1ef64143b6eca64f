import { TextInput, UnstyledButton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { usersQuery } from '../users/users-api.js';
import { Dialog } from './dialog.js';
import { PAGES, SETTINGS, useMayAdminister } from './pages.js';
import classes from './palette.module.css';

const PEOPLE = 6;

interface Found {
  key: string;
  name: string;
  what: string;
  go: () => void;
}

/** Ctrl+K: every page and person by a few letters. Arrows choose, Enter goes. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState(0);
  const pages = usePages();
  const { people, looking } = usePeople(useDeferredValue(typed.trim()));
  const wanted = typed.trim().toLowerCase();
  const found = [...pages.filter(({ name }) => name.toLowerCase().includes(wanted)), ...people];
  const current = Math.max(0, Math.min(chosen, found.length - 1));
  const go = (one: Found | undefined) => {
    if (!one) return;
    onClose();
    one.go();
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && found.length > 0) setChosen((current + step + found.length) % found.length);
    else if (event.key === 'Enter') go(found[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog onClose={onClose} title={t('palette.title')} yOffset="10vh">
      <TextInput
        type="search"
        aria-label={t('palette.label')}
        role="combobox"
        aria-expanded
        aria-controls="palette-found"
        aria-activedescendant={found[current] ? `palette-${found[current].key}` : undefined}
        value={typed}
        data-autofocus
        onChange={({ currentTarget }) => {
          setTyped(currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKey}
      />
      <div id="palette-found" role="listbox" aria-label={t('palette.found')} className={classes['found']}>
        {found.map((one, index) => (
          <UnstyledButton
            key={one.key}
            id={`palette-${one.key}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === current}
            className={classes['one']}
            onClick={() => go(one)}
          >
            <span>{one.name}</span>
            <span className={classes['what']}>{one.what}</span>
          </UnstyledButton>
        ))}
      </div>
      {found.length === 0 && (
        <p role="status" className={classes['none']}>
          {looking ? t('palette.looking') : t('palette.none')}
        </p>
      )}
    </Dialog>
  );
}

function usePages(): Found[] {
  const { t } = useTranslation();
  const may = useMay();
  const mayAdminister = useMayAdminister();
  const navigate = useNavigate();
  const pages = [...PAGES, ...(mayAdminister ? SETTINGS : [])].filter(({ needs }) => may(needs));
  return [...pages, { to: '/account', word: 'frame.account' } as const].map(({ to, word }) => ({
    key: to.replaceAll('/', '-'),
    name: t(word),
    what: t('palette.page'),
    go: () => void navigate({ to }),
  }));
}

function usePeople(search: string): { people: Found[]; looking: boolean } {
  const may = useMay();
  const navigate = useNavigate();
  const { data, isLoading } = useQuery({
    ...usersQuery({ search, limit: PEOPLE }),
    enabled: may('user:read') && search.length > 1,
  });
  const people = (data?.items ?? []).map(({ id, displayName, username }) => ({
    key: id,
    name: displayName,
    what: username,
    go: () => void navigate({ to: '/settings/users', search: { search: username } }),
  }));
  return { people, looking: isLoading };
}
