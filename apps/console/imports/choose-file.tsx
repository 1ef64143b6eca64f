import { Button, FileInput, Stack, Text } from '@mantine/core';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { USER_IMPORT_COLUMNS, USER_IMPORT_MOST_ROWS } from '#contract';
import { callFile } from '../api/client.js';
import { problemOf } from '../api/problem.js';
import { DialogActions } from '../frame/dialog.js';
import { DownloadLink } from '../frame/download-link.js';
import { ProblemNotice } from '../frame/states.js';

interface ChooseFileProps {
  file: File | null;
  onChoose: (file: File | null) => void;
  problem: unknown;
  pending: boolean;
  onCheck: (file: File) => void;
  onClose: () => void;
}

/** The first step: what the file must look like, and which one it is. */
export function ChooseFile({ file, onChoose, problem, pending, onCheck, onClose }: ChooseFileProps) {
  const { t } = useTranslation();
  const faults = problemOf(problem)?.faults ?? [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (file && !pending) onCheck(file);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <Text>{t('import.why')}</Text>
        <DownloadLink fetchFile={() => callFile('/user-imports/template', {})}>
          {t('import.template')}
        </DownloadLink>
        <FileInput
          label={t('import.file')}
          description={t('import.columns', {
            columns: USER_IMPORT_COLUMNS.join(', '),
            count: USER_IMPORT_MOST_ROWS,
          })}
          placeholder={t('import.choose')}
          accept=".csv,text/csv"
          value={file}
          onChange={onChoose}
          error={faults.length > 0 && faults.map(({ message }) => message).join('. ')}
          data-autofocus
        />
        <ProblemNotice error={problem} />
        <DialogActions onClose={onClose}>
          <Button type="submit" disabled={!file} loading={pending}>
            {t('import.check')}
          </Button>
        </DialogActions>
      </Stack>
    </form>
  );
}
