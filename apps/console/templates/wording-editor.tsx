import { Button, Title } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TemplateView } from '#contract';
import type { Tagged } from '../api/client.js';
import { useMoments } from '../frame/moments.js';
import { Notice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { AllowedNames } from './allowed-names.js';
import { LeaveUnsaved } from './leave-unsaved.js';
import { MailPreview } from './mail-preview.js';
import { RemoveWording } from './remove-wording.js';
import { TemplateVersions } from './template-versions.js';
import classes from './templates.module.css';
import {
  type Parts,
  previewTemplate,
  templateQuery,
  testTemplate,
  type Wording,
  writeTemplate,
} from './templates-api.js';
import { WordingFields } from './wording-fields.js';

/** What was done, for the words that say so. */
export type Said = 'saved' | 'sent' | 'restored' | 'removed';

interface WordingEditorProps {
  wording: Wording;
  inForce: Tagged<TemplateView>;
  onSaid: (what: Said | null) => void;
  onReadAgain: (what: Said | null) => Promise<void>;
}

/** One mail in one language: typed, tried, saved, and put back. */
export function WordingEditor({ wording, inForce, onSaid, onReadAgain }: WordingEditorProps) {
  const { t } = useTranslation();
  const moments = useMoments();
  const queryClient = useQueryClient();
  /** What the fields were filled from, and what a save is based on. */
  const [read, setRead] = useState(inForce);
  const [shown, setShown] = useState<Parts | null>(null);
  const [removing, setRemoving] = useState(false);
  const template = read.value;
  const save = async (parts: Parts) => {
    const saved = await writeTemplate(wording, parts, read.etag);
    setRead(saved);
    queryClient.setQueryData(templateQuery(wording).queryKey, saved);
    for (const key of ['templates', 'template-versions', 'template-preview']) {
      void queryClient.invalidateQueries({ queryKey: [key] });
    }
    setShown(await previewTemplate(wording, parts));
  };
  const form = useForm({
    initial: partsOf(template),
    required: ['subject', 'html', 'text'],
    send: async (parts, act): Promise<Said | null> => {
      onSaid(null);
      if (act === 'save') await save(parts);
      else if (act === 'test') await testTemplate(wording, parts);
      else setShown(await previewTemplate(wording, parts));
      return act === 'save' ? 'saved' : act === 'test' ? 'sent' : null;
    },
    onDone: onSaid,
  });
  const typed = JSON.stringify(form.values) !== JSON.stringify(partsOf(template));
  return (
    <>
      {template.failing && (
        <Notice tone="bad" title={t('templates.failingSince', { at: moments.short(template.failing.since) })}>
          {t('templates.failingWhy')} <span lang="en">{template.failing.reason}</span>
        </Notice>
      )}
      <div className={classes['sides']}>
        <WordingFields form={form} onReadAgain={() => void onReadAgain(null)} />
        <MailPreview wording={wording} draft={shown} />
      </div>
      <AllowedNames template={template} />
      <Title order={3}>{t('templates.versions')}</Title>
      <TemplateVersions
        wording={wording}
        basedOn={read.etag}
        typed={typed}
        onRestored={() => onReadAgain('restored')}
      />
      {template.own && (
        <div>
          <Button variant="outline" color="red" onClick={() => setRemoving(true)}>
            {t('templates.remove')}
          </Button>
        </div>
      )}
      {removing && (
        <RemoveWording
          wording={wording}
          basedOn={read.etag}
          onDone={() => onReadAgain('removed')}
          onClose={() => setRemoving(false)}
        />
      )}
      <LeaveUnsaved typed={typed} />
    </>
  );
}

const partsOf = ({ subject, html, text }: Parts): Parts => ({ subject, html, text });
