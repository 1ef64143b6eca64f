import { SegmentedControl, Text, Textarea } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { STYLE_NONCE } from '../frame/page-facts.js';
import { Lines, ProblemNotice } from '../frame/states.js';
import { framedMail } from './framed-mail.js';
import classes from './templates.module.css';
import { type Parts, previewTemplate, type Wording } from './templates-api.js';

const VIEWS = ['desktop', 'phone', 'text'] as const;
type View = (typeof VIEWS)[number];

/** How the mail arrives, with sample values: the draft that was asked for, before that the wording in force. */
export function MailPreview({ wording, draft }: { wording: Wording; draft: Parts | null }) {
  const { t } = useTranslation();
  const [view, setView] = useState<View>('desktop');
  const inForce = useQuery({
    queryKey: ['template-preview', wording.name, wording.locale],
    queryFn: () => previewTemplate(wording, null),
    enabled: draft === null,
    gcTime: 0,
  });
  const mail = draft ?? inForce.data;
  return (
    <section className={classes['preview']} aria-label={t('templates.previewed')}>
      <SegmentedControl
        aria-label={t('templates.view')}
        value={view}
        onChange={(value) => setView(VIEWS.find((one) => one === value) ?? 'desktop')}
        data={VIEWS.map((value) => ({ value, label: t(`templates.views.${value}`) }))}
      />
      {mail ? <Mail mail={mail} view={view} /> : inForce.isPending && <Lines count={6} />}
      {!mail && <ProblemNotice error={inForce.error} />}
    </section>
  );
}

function Mail({ mail, view }: { mail: Parts; view: View }) {
  const { t } = useTranslation();
  return (
    <>
      <Text fw={600}>{mail.subject}</Text>
      {view === 'text' ? (
        <Textarea
          readOnly
          className={classes['whole'] ?? ''}
          classNames={{ input: classes['source'] ?? '' }}
          aria-label={t('templates.previewedText')}
          value={mail.text}
          rows={24}
        />
      ) : (
        <iframe
          className={classes['mail']}
          data-view={view}
          title={t('templates.previewed')}
          // Nothing: no script, no form, no window, and an origin of its own.
          sandbox=""
          srcDoc={framedMail(mail.html, STYLE_NONCE)}
        />
      )}
      <Text size="xs" c="dimmed">
        {t('templates.sampleValues')}
      </Text>
    </>
  );
}
