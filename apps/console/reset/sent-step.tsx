import { Anchor, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AnswerAcceptedView } from '#contract';
import { MAILBOX, SUPPORT_CONTACT } from '../frame/page-facts.js';
import { PageButton } from '../frame/page-link.js';
import { Notice } from '../frame/states.js';
import type { Applicant } from './applicant.js';

/** The same words for a right, a wrong and an unknown answer, how mail is running, and whom to ask. */
export function SentStep({ mail, applicant }: { mail: AnswerAcceptedView['mail']; applicant: Applicant }) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <div role="status">
        <Notice tone={mail.state === 'normal' ? 'good' : 'waiting'} title={t('reset.sent')}>
          {mail.state === 'normal' ? t('reset.usually', { count: mail.typicalSeconds }) : t('reset.delayed')}
        </Notice>
      </div>
      <Text>{t('reset.next')}</Text>
      <div>
        <Text fw={600}>{t('reset.nothing')}</Text>
        <ul>
          <li>{t('reset.nothingFolder')}</li>
          <li>{t('reset.nothingAdministrator')}</li>
          <li>{SUPPORT_CONTACT ? <SupportLine /> : t('reset.nothingOperator')}</li>
        </ul>
      </div>
      <PageButton to="/sign-in" search={applicant}>
        {t('reset.toSignIn')}
      </PageButton>
      {MAILBOX && <Anchor href={MAILBOX}>{t('reset.mailbox')}</Anchor>}
    </Stack>
  );
}

function SupportLine() {
  const { t } = useTranslation();
  return (
    <>
      {t('reset.nothingSupport')}{' '}
      <Anchor href={SUPPORT_CONTACT}>{SUPPORT_CONTACT.replace(/^mailto:/, '')}</Anchor>
    </>
  );
}
