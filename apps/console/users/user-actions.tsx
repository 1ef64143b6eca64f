import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { PageButton } from '../frame/page-link.js';

/** What can be done about users that are not one row: many of them, or somebody new. */
export function UserActions() {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      {may('user:reset-password') && (
        <PageButton
          variant="default"
          from="/settings/users"
          search={(before) => ({ ...before, bulk: 'new' })}
          resetScroll={false}
        >
          {t('bulkReset.action')}
        </PageButton>
      )}
      {may('user:create') && (
        <>
          <PageButton
            variant="default"
            from="/settings/users"
            search={(before) => ({ ...before, import: 'new' })}
          >
            {t('import.action')}
          </PageButton>
          <PageButton from="/settings/users" search={(before) => ({ ...before, add: true })}>
            {t('users.add')}
          </PageButton>
        </>
      )}
    </>
  );
}
