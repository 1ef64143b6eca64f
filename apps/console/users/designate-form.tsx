import { Button, Radio, Stack, Text } from '@mantine/core';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogActions } from '../frame/dialog.js';
import { SearchField } from '../frame/filters.js';
import { PageLink } from '../frame/page-link.js';
import { Failed, Lines, ProblemNotice } from '../frame/states.js';
import { readUser, updateUser, usersQuery } from './users-api.js';

const SHOWN = 8;

/** Makes somebody who works here an administrator, beside what they are already. */
export function DesignateForm({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [search, setSearch] = useState<string | undefined>();
  const [chosen, setChosen] = useState('');
  const people = useQuery({ ...usersQuery({ search, limit: 50 }), placeholderData: keepPreviousData });
  const candidates = (people.data?.items ?? [])
    .filter(({ roles, status }) => status !== 'deactivated' && !roles.includes('administrator'))
    .slice(0, SHOWN);
  const one = candidates.find(({ id }) => id === chosen);
  const mutation = useMutation({
    mutationFn: async () => one && designate(one.id),
    onSuccess: async () => {
      await Promise.all(
        ['users', 'user', 'practice'].map((key) => queryClient.invalidateQueries({ queryKey: [key] })),
      );
      onClose();
    },
  });
  if (people.error) return <Failed error={people.error} onRetry={() => void people.refetch()} />;
  return (
    <Stack gap="md">
      <Text>{t('designate.why')}</Text>
      <SearchField label={t('users.search')} value={search ?? ''} onSearch={setSearch} />
      {people.isPending ? (
        <Lines count={3} />
      ) : (
        <Radio.Group label={t('designate.who')} value={chosen} onChange={setChosen}>
          <Stack gap={8} mt={4}>
            {candidates.map(({ id, displayName, username }) => (
              <Radio key={id} value={id} label={`${displayName} (${username})`} />
            ))}
            {candidates.length === 0 && <Text c="dimmed">{t('designate.nobody')}</Text>}
          </Stack>
        </Radio.Group>
      )}
      <PageLink to="/settings/users" search={{ add: true }}>
        {t('designate.add')}
      </PageLink>
      <ProblemNotice error={mutation.error} />
      <DialogActions onClose={onClose}>
        <Button disabled={!one} loading={mutation.isPending} onClick={() => mutation.mutate()}>
          {t('designate.action')}
        </Button>
      </DialogActions>
    </Stack>
  );
}

/** Beside the roles that somebody has now: the list may be older than another administrator's change. */
async function designate(id: string): Promise<void> {
  const { value, etag } = await readUser(id);
  await updateUser(id, { roles: [...new Set([...value.roles, 'administrator'])] }, etag);
}
