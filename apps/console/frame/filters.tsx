import { NativeSelect, TextInput } from '@mantine/core';
import { type ChangeEvent, type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isDay } from './calendar.js';
import classes from './filters.module.css';
import { useTyped } from './typed.js';

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
  const { typed, type, expected, send } = useTyped(value);
  useEffect(() => {
    const wanted = typed.trim();
    if (wanted === expected()) return undefined;
    const timer = setTimeout(() => {
      send(wanted);
      onSearch(wanted || undefined);
    }, SETTLED_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [typed, expected, send, onSearch]);
  return (
    <TextInput
      className={classes['search'] ?? ''}
      type="search"
      label={label}
      value={typed}
      onChange={({ currentTarget }) => type(currentTarget.value)}
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

/** A calendar day of the practice. Typed by keyboard it is `0002-11-24` on the way to 2026, which is none yet. */
export function DayField({
  label,
  value,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  onChoose: (value: string | undefined) => void;
}) {
  const { typed, type, expected, send } = useTyped(value ?? '');
  const onChange = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    const day = currentTarget.value;
    type(day);
    // A browser gives no value also for a day that is half typed; only an empty field is no filter.
    const meant = day === '' ? !currentTarget.validity.badInput : isDay(day);
    if (!meant || day === expected()) return;
    send(day);
    onChoose(day || undefined);
  };
  return <TextInput type="date" label={label} value={typed} onChange={onChange} />;
}
