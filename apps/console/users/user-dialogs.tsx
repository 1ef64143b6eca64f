import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserView } from '#contract';
import type { Tagged } from '../api/client.js';
import { ResetMany } from '../bulk-resets/reset-many.js';
import { Dialog } from '../frame/dialog.js';
import type { usersSearch } from '../frame/search.js';
import { Failed, Lines } from '../frame/states.js';
import { ImportUsers } from '../imports/import-users.js';
import { AddUserForm } from './add-user-form.js';
import { DesignateForm } from './designate-form.js';
import { EditUserForm } from './edit-user-form.js';
import { ResetPassword } from './reset-password.js';
import { userQuery } from './users-api.js';

interface UserDialogsProps {
  shown: Pick<ReturnType<typeof usersSearch>, 'reset' | 'edit' | 'add' | 'designate' | 'import' | 'bulk'>;
  onImport: (id: string | null) => void;
  onBulk: (id: string) => void;
  onClose: () => void;
  onStarted: (userId: string, resetId: string) => void;
}

/** The dialogs of the users page; the address says which is open. */
export function UserDialogs({ shown, onClose, onStarted, onImport, onBulk }: UserDialogsProps) {
  const { reset, edit, add, designate, import: imported, bulk } = shown;
  const { t } = useTranslation();
  if (reset) {
    return (
      <Dialog onClose={onClose} title={t('users.resetPassword')}>
        <ForUser id={reset}>
          {({ value }) => <ResetPassword user={value} onClose={onClose} onStarted={onStarted} />}
        </ForUser>
      </Dialog>
    );
  }
  if (edit) {
    return (
      <Dialog onClose={onClose} title={t('users.edit')}>
        <ForUser id={edit}>{(user) => <EditUserForm user={user} onClose={onClose} />}</ForUser>
      </Dialog>
    );
  }
  if (designate) {
    return (
      <Dialog onClose={onClose} title={t('designate.title')}>
        <DesignateForm onClose={onClose} />
      </Dialog>
    );
  }
  if (imported) {
    return (
      <Dialog onClose={onClose} title={t('import.title')} size="lg">
        <ImportUsers id={imported === 'new' ? null : imported} onOpen={onImport} onClose={onClose} />
      </Dialog>
    );
  }
  if (bulk) {
    return (
      <Dialog onClose={onClose} title={t('bulkReset.title')} size="lg">
        <ResetMany id={bulk === 'new' ? null : bulk} onOpen={onBulk} onClose={onClose} />
      </Dialog>
    );
  }
  return add ? (
    <Dialog onClose={onClose} title={t('users.add')}>
      <AddUserForm onClose={onClose} />
    </Dialog>
  ) : null;
}

/** Fresh, with its tag: a dialog must not act on what a list said a while ago. */
function ForUser({ id, children }: { id: string; children: (user: Tagged<UserView>) => React.ReactNode }) {
  const { data, error, refetch } = useQuery({ ...userQuery(id), staleTime: 0, gcTime: 0 });
  if (data) return children(data);
  return error ? <Failed error={error} onRetry={() => void refetch()} /> : <Lines count={4} />;
}
