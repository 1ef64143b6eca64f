import { Button, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserImportView } from '#contract';

/** How far a run is. It goes on by itself, whoever watches. */
export function ImportProgress({ run, onClose }: { run: UserImportView; onClose: () => void }) {
  const { t } = useTranslation();
  const words = t(run.dryRun ? 'import.checking' : 'import.adding');
  return (
    <Stack gap="md">
      <Text role="status">
        {words}: {t('import.progress', { done: run.done, total: run.total })}
      </Text>
      <Progress.Root size="lg">
        <Progress.Section value={(run.done / Math.max(1, run.total)) * 100} aria-label={words} />
      </Progress.Root>
      {!run.dryRun && <Text c="dimmed">{t('import.goesOn')}</Text>}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          {t('action.close')}
        </Button>
      </div>
    </Stack>
  );
}
