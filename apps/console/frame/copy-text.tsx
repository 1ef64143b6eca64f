import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.js';

const SHOWN_MILLISECONDS = 2_000;

/** Copies, and says so where it was asked. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SHOWN_MILLISECONDS);
  };
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={copied ? undefined : label}
      leftSection={<Icon name={copied ? 'check' : 'copy'} size={15} />}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{copied ? t('action.copied') : t('action.copy')}</span>
    </Button>
  );
}
