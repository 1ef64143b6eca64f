import { Table } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserImportDetailView } from '#contract';
import { DownloadLink } from '../frame/download-link.js';

/** The first lines that cannot be taken, and all of them as a file to mend and bring again. */
export function FaultyLines({ run }: { run: UserImportDetailView }) {
  const { t } = useTranslation();
  if (run.rows.length === 0) return null;
  return (
    <div>
      <Table aria-label={t('import.faults')} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('import.line')}</Table.Th>
            <Table.Th>{t('field.username')}</Table.Th>
            <Table.Th>{t('import.reason')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {run.rows.map(({ line, username, reason }) => (
            <Table.Tr key={line}>
              <Table.Td>{line}</Table.Td>
              <Table.Td>{username}</Table.Td>
              <Table.Td>{reason}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <DownloadLink path={`/user-imports/${run.id}/failed-rows`} query={{}}>
        {t('import.downloadFaults')}
      </DownloadLink>
    </div>
  );
}
