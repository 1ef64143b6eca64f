import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useUntil } from '../frame/moments.js';
import { SUPPORT_CONTACT } from '../frame/page-facts.js';
import { Notice } from '../frame/states.js';
import { mailHealthQuery } from './mail-health.js';

/** That mail does not run, for as long as it does not: whoever waits for one must not ask again and again. */
export function MailNotice() {
  const { t } = useTranslation();
  const until = useUntil();
  const { data: trouble } = useQuery(mailHealthQuery);
  return (
    <div role="status">
      {trouble && (
        <div className="advice">
          <Notice
            tone={trouble.kind === 'slow' ? 'waiting' : 'bad'}
            title={
              trouble.kind === 'stopped'
                ? t('mailTrouble.stopped', { since: until(trouble.since) })
                : t(`mailTrouble.${trouble.kind}`)
            }
          >
            <div>{t('mailTrouble.waits')}</div>
            {trouble.kind !== 'slow' && <WhomToTell />}
          </Notice>
        </div>
      )}
    </div>
  );
}

function WhomToTell() {
  const { t } = useTranslation();
  if (!SUPPORT_CONTACT) return <div>{t('mailTrouble.tellOperator')}</div>;
  return (
    <div>
      {t('mailTrouble.tellSupport')}{' '}
      <Anchor href={SUPPORT_CONTACT}>{SUPPORT_CONTACT.replace(/^mailto:/, '')}</Anchor>
    </div>
  );
}
