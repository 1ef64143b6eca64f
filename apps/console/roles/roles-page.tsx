import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RoleView } from '#contract';
import { useMay } from '../api/ability.js';
import { Dialog } from '../frame/dialog.js';
import { Failed, Lines, NotPermitted } from '../frame/states.js';
import { rolesQuery } from '../users/roles-of.js';
import { ChangeRole, RoleForm } from './role-form.js';
import { RoleItem } from './role-item.js';
import classes from './roles.module.css';

/** What each role may do; the practice's own can be changed. */
export function RolesPage() {
  const { t } = useTranslation();
  const may = useMay();
  const query = useQuery({ ...rolesQuery, enabled: may('role:read') });
  const mayManage = may('role:manage');
  const [open, setOpen] = useState<RoleView | 'new' | null>(null);
  if (!may('role:read')) return <NotPermitted />;
  if (query.isPending) return <Lines count={8} />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <>
      <div className={classes['intro']}>
        <p>{t('roles.why')}</p>
        {mayManage && <Button onClick={() => setOpen('new')}>{t('roles.add')}</Button>}
      </div>
      <ul className={classes['list']}>
        {query.data.items.map((role) => (
          <RoleItem
            key={role.key}
            role={role}
            onChange={mayManage && !role.builtIn ? () => setOpen(role) : null}
          />
        ))}
      </ul>
      {open && (
        <Dialog
          size="lg"
          onClose={() => setOpen(null)}
          title={open === 'new' ? t('roles.add') : t('roles.change', { name: open.name })}
        >
          {open === 'new' ? (
            <RoleForm found={null} onClose={() => setOpen(null)} />
          ) : (
            <ChangeRole roleKey={open.key} onClose={() => setOpen(null)} />
          )}
        </Dialog>
      )}
    </>
  );
}
