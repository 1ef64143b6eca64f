import { NativeSelect, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './filters.module.css';

const SETTLED_AFTER_MILLISECONDS = 250;

/** What a list is narrowed by; every choice goes into the address. */
export function Filters({
  label,
  children,
  actions,
}: {
  label: string;
  children: ReactNode;
  actions?: ReactNode;
}) {
  return (
    <div className={classes['row']}>
      <search aria-label={label} className={classes['filters']}>
        {children}
      </search>
      {actions && <div className={classes['actions']}>{actions}</div>}
    </div>
  );
}

/** Searches while somebody types, a moment after the last key. */
export function SearchField({
  label,
  value,
  onSearch,
}: {
  label: string;
  value: string;
  onSearch: (typed: string | undefined) => void;
}) {
  const [typed, setTyped] = useState(value);
  const [shown, setShown] = useState(value);
  // Back and Forward change the address, and the field follows.
  if (shown !== value) {
    setShown(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === value) return undefined;
    const timer = setTimeout(() => onSearch(typed.trim() || undefined), SETTLED_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, value, onSearch]);
  return (
    <TextInput
      className={classes['search'] ?? ''}
      type="search"
      label={label}
      value={typed}
      onChange={({ currentTarget }) => setTyped(currentTarget.value)}
    />
  );
}

/** One of a few, or all. */
export function Choice({
  label,
  value,
  options,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  options: readonly { value: string; label: string }[];
  onChoose: (value: string | undefined) => void;
}) {
  const { t } = useTranslation();
  return (
    <NativeSelect
      label={label}
      value={value ?? ''}
      data={[{ value: '', label: t('action.all') }, ...options]}
      onChange={({ currentTarget }) => onChoose(currentTarget.value || undefined)}
    />
  );
}

/** A calendar day of the practice. */
export function DayField({
  label,
  value,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  onChoose: (value: string | undefined) => void;
}) {
  return (
    <TextInput
      type="date"
      label={label}
      value={value ?? ''}
      onChange={({ currentTarget }) => onChoose(currentTarget.value || undefined)}
    />
  );
}
