import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Permission, UserView } from '#contract';
import { useMay } from '../api/ability.js';
import type { Tagged } from '../api/client.js';
import { ResetMany } from '../bulk-resets/reset-many.js';
import { Dialog } from '../frame/dialog.js';
import type { usersSearch } from '../frame/search.js';
import { Failed, Lines, NotPermitted } from '../frame/states.js';
import { ImportUsers } from '../imports/import-users.js';
import { AddUserForm } from './add-user-form.js';
import { DesignateForm } from './designate-form.js';
import { EditUserForm } from './edit-user-form.js';
import { ResetPassword } from './reset-password.js';
import { userQuery } from './users-api.js';

/** What each dialog takes: its address can be typed by anybody. */
const DIALOGS = [
  { param: 'reset', title: 'users.resetPassword', needs: 'user:reset-password', size: 'md' },
  { param: 'edit', title: 'users.edit', needs: 'user:update', size: 'md' },
  { param: 'designate', title: 'designate.title', needs: 'user:update', size: 'md' },
  { param: 'import', title: 'import.title', needs: 'user:create', size: 'lg' },
  { param: 'bulk', title: 'bulkReset.title', needs: 'user:reset-password', size: 'lg' },
  { param: 'add', title: 'users.add', needs: 'user:create', size: 'md' },
] as const satisfies { param: string; title: string; needs: Permission; size: string }[];

type Param = (typeof DIALOGS)[number]['param'];

interface UserDialogsProps {
  shown: Pick<ReturnType<typeof usersSearch>, Param>;
  onImport: (id: string | null) => void;
  onBulk: (id: string) => void;
  onClose: () => void;
  onStarted: (userId: string, resetId: string) => void;
}

/** The dialogs of the users page; the address says which is open. */
export function UserDialogs(props: UserDialogsProps) {
  const { t } = useTranslation();
  const may = useMay();
  const one = DIALOGS.find(({ param }) => props.shown[param] !== undefined);
  if (!one) return null;
  return (
    <Dialog onClose={props.onClose} title={t(one.title)} size={one.size}>
      {may(one.needs) ? <Body of={one.param} {...props} /> : <NotPermitted />}
    </Dialog>
  );
}

function Body({ of, shown, onClose, onStarted, onImport, onBulk }: UserDialogsProps & { of: Param }) {
  switch (of) {
    case 'reset':
      return (
        <ForUser id={shown.reset ?? ''} needs="user:reset-password">
          {({ value }) => <ResetPassword user={value} onClose={onClose} onStarted={onStarted} />}
        </ForUser>
      );
    case 'edit':
      return (
        <ForUser id={shown.edit ?? ''} needs="user:update">
          {(user) => <EditUserForm user={user} onClose={onClose} />}
        </ForUser>
      );
    case 'designate':
      return <DesignateForm onClose={onClose} />;
    case 'import':
      return <ImportUsers id={asId(shown.import)} onOpen={onImport} onClose={onClose} />;
    case 'bulk':
      return <ResetMany id={asId(shown.bulk)} onOpen={onBulk} onClose={onClose} />;
    default:
      return <AddUserForm onClose={onClose} />;
  }
}

/** What is looked at; `new` has no id yet. */
const asId = (value: string | undefined): string | null =>
  value === undefined || value === 'new' ? null : value;

interface ForUserProps {
  id: string;
  needs: Permission;
  children: (user: Tagged<UserView>) => ReactNode;
}

/** Fresh, with its tag: a dialog must not act on what a list said a while ago. */
function ForUser({ id, needs, children }: ForUserProps) {
  const { data, error, refetch } = useQuery({ ...userQuery(id), staleTime: 0, gcTime: 0 });
  if (data) {
    return (
      <AsRead key={id} user={data} needs={needs}>
        {children}
      </AsRead>
    );
  }
  return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Lines count={4} />;
}

/** As it was when the dialog opened: a newer tag beside fields of before would overwrite what it stands for. */
function AsRead({ user, needs, children }: Omit<ForUserProps, 'id'> & { user: Tagged<UserView> }) {
  const [read] = useState(user);
  const may = useMay();
  return may(needs, read.value) ? children(read) : <NotPermitted />;
}
