import { Anchor, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { usePractice } from '../practice/practice-api.js';
import { Dialog } from './dialog.js';
import classes from './help-dialog.module.css';
import { MAILBOX, SUPPORT_CONTACT } from './page-facts.js';

const KEYS = [
  ['/', 'help.keySlash'],
  ['Ctrl K', 'help.keyPalette'],
  ['Esc', 'help.keyEscape'],
] as const;

/** Whom to ask, what the keys do, and where programs find the same. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const administrators = usePractice()?.administrators.map(({ displayName }) => displayName) ?? [];
  const names = new Intl.ListFormat(i18n.language, { type: 'disjunction' }).format(administrators);
  return (
    <Dialog onClose={onClose} title={t('frame.help')}>
      <Stack gap="lg">
        <div>
          <Title order={2}>{t('help.who')}</Title>
          {names && <Text>{t('help.administrators', { names })}</Text>}
          <Text>
            {t('help.support')}{' '}
            {SUPPORT_CONTACT ? (
              <Anchor href={SUPPORT_CONTACT}>{SUPPORT_CONTACT.replace(/^mailto:/, '')}</Anchor>
            ) : (
              t('help.operator')
            )}
          </Text>
        </div>
        <div>
          <Title order={2}>{t('help.keys')}</Title>
          <dl className={classes['keys']}>
            {KEYS.map(([key, word]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{t(word)}</dd>
              </div>
            ))}
          </dl>
        </div>
        <div>
          <Title order={2}>{t('help.programs')}</Title>
          <Anchor href="/api/docs">{t('help.api')}</Anchor>
          {MAILBOX && (
            <>
              {' · '}
              <Anchor href={MAILBOX}>{t('help.mailbox')}</Anchor>
            </>
          )}
        </div>
      </Stack>
    </Dialog>
  );
}
