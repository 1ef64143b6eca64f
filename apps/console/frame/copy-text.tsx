import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Icon } from './icons.js';

const SHOWN_MILLISECONDS = 2_000;

/** Copies, and says so where it was asked. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const { t } = useTranslation();
  const [said, setSaid] = useState<'copied' | 'notCopied' | null>(null);
  const copy = async () => {
    const copied = await write(text);
    setSaid(copied ? 'copied' : 'notCopied');
    if (copied) setTimeout(() => setSaid(null), SHOWN_MILLISECONDS);
  };
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={said ? undefined : label}
      leftSection={<Icon name={said === 'copied' ? 'check' : 'copy'} size={15} />}
      onClick={() => void copy()}
    >
      <span aria-live="polite">{t(`action.${said ?? 'copy'}`)}</span>
    </Button>
  );
}

/** False where the browser does not let this page copy: not asked for permission, or come without TLS. */
async function write(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
