import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { Picker } from '../frame/picker.js';
import { userQuery, usersQuery } from './users-api.js';

const SHOWN = 8;

/** Narrows a list to one person. */
export function PersonFilter({
  label,
  value,
  onChoose,
}: {
  label: string;
  value: string | undefined;
  onChoose: (id: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const may = useMay()('user:read');
  const [typed, setTyped] = useState('');
  const search = useDeferredValue(typed);
  const chosen = useQuery({ ...userQuery(value ?? ''), enabled: may && value !== undefined, retry: false });
  const found = useQuery({ ...usersQuery({ search, limit: SHOWN }), enabled: may && search.length > 0 });
  if (!may) return null;
  return (
    <Picker
      label={label}
      chosen={value === undefined ? '' : (chosen.data?.value.displayName ?? value)}
      options={found.data?.items.map(({ id, displayName, username }) => ({
        value: id,
        label: displayName,
        hint: username,
      }))}
      nothing={t('users.nobody')}
      onType={setTyped}
      onChoose={onChoose}
    />
  );
}
