import { Button, Stack, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { TemplateVersionView } from '#contract';
import { DialogActions } from '../frame/dialog.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { useFaultSentences } from './fault-sentences.js';
import classes from './templates.module.css';
import { restoreTemplate, type Wording } from './templates-api.js';

const PARTS = ['subject', 'text', 'html'] as const;

interface RestoreVersionProps {
  wording: Wording;
  version: TemplateVersionView;
  basedOn: string | null;
  typed: boolean;
  onDone: () => Promise<void>;
  onClose: () => void;
}

/** An earlier version in full, and the step that puts it in force. Today’s rules apply: it can be refused. */
export function RestoreVersion(props: RestoreVersionProps) {
  const { wording, version, basedOn, typed, onDone, onClose } = props;
  const { t } = useTranslation();
  const sentences = useFaultSentences();
  const restoration = useMutation({
    mutationFn: () => restoreTemplate(wording, version.number, basedOn),
    onSuccess: async () => {
      await onDone();
      onClose();
    },
  });
  return (
    <Stack gap="md">
      {PARTS.map((part) => (
        <Textarea
          key={part}
          readOnly
          label={t(`templates.${part}`)}
          value={version[part]}
          rows={part === 'subject' ? 1 : 8}
          classNames={{ input: classes['source'] ?? '' }}
          error={sentences(restoration.error, part)}
        />
      ))}
      {typed && <Notice tone="waiting" title={t('templates.typedIsLost')} />}
      <ProblemNotice error={restoration.error} />
      <DialogActions onClose={onClose}>
        <Button data-autofocus loading={restoration.isPending} onClick={() => restoration.mutate()}>
          {t('templates.restore')}
        </Button>
      </DialogActions>
    </Stack>
  );
}
