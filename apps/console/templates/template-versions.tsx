import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TemplateVersionView } from '#contract';
import { Dialog } from '../frame/dialog.js';
import { type Column, Listing } from '../frame/listing.js';
import { Moment } from '../frame/moments.js';
import { StateMark } from '../frame/state-mark.js';
import { Empty } from '../frame/states.js';
import { Actor } from '../users/actor.js';
import { RestoreVersion } from './restore-version.js';
import { templateVersionsQuery, type Wording } from './templates-api.js';

interface TemplateVersionsProps {
  wording: Wording;
  basedOn: string | null;
  /** Something is typed and not saved. */
  typed: boolean;
  onRestored: () => Promise<void>;
}

/** The answer holds them all: 50 are kept. */
const ONE_PAGE = { first: true, onFirst: () => undefined, onNext: () => undefined };

/** What the practice has written for this mail so far; each can be read, and put in force again. */
export function TemplateVersions({ wording, basedOn, typed, onRestored }: TemplateVersionsProps) {
  const { t } = useTranslation();
  const query = useQuery(templateVersionsQuery(wording));
  const [open, setOpen] = useState<TemplateVersionView | null>(null);
  return (
    <>
      <Listing
        label={t('templates.versions')}
        query={query}
        rowKey={({ number }) => String(number)}
        paging={ONE_PAGE}
        empty={<Empty title={t('templates.noVersions')}>{t('templates.noVersionsWhy')}</Empty>}
        columns={useColumns(setOpen)}
      />
      {open && (
        <Dialog
          size="lg"
          onClose={() => setOpen(null)}
          title={t('templates.versionNumber', { number: open.number })}
        >
          <RestoreVersion
            wording={wording}
            version={open}
            basedOn={basedOn}
            typed={typed}
            onDone={onRestored}
            onClose={() => setOpen(null)}
          />
        </Dialog>
      )}
    </>
  );
}

function useColumns(onLook: (version: TemplateVersionView) => void): Column<TemplateVersionView>[] {
  const { t } = useTranslation();
  return [
    { key: 'number', head: t('templates.version'), cell: ({ number }) => number },
    { key: 'at', head: t('templates.savedAt'), cell: ({ savedAt }) => <Moment at={savedAt} /> },
    {
      key: 'by',
      head: t('templates.savedBy'),
      cell: ({ savedBy }) => <Actor type={savedBy ? 'user' : 'operator'} id={savedBy} />,
    },
    { key: 'subject', head: t('templates.subject'), cell: ({ subject }) => subject },
    {
      key: 'act',
      head: '',
      plain: true,
      cell: (version) => <VersionAct version={version} onLook={onLook} />,
    },
  ];
}

function VersionAct({
  version,
  onLook,
}: {
  version: TemplateVersionView;
  onLook: (version: TemplateVersionView) => void;
}) {
  const { t } = useTranslation();
  if (version.inForce) return <StateMark tone="good">{t('templates.inForce')}</StateMark>;
  return (
    <Button
      variant="default"
      size="xs"
      onClick={() => onLook(version)}
      aria-label={t('templates.lookAt', { number: version.number })}
    >
      {t('templates.look')}
    </Button>
  );
}
