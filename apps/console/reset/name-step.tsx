import { Button, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ChallengeView } from '#contract';
import { call } from '../api/client.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { NameFields } from '../sign-in/name-fields.js';
import type { Applicant } from './applicant.js';

/** What was typed at sign-in is carried over; it can still be changed. */
export function NameStep({
  applicant,
  onDone,
}: {
  applicant: Applicant;
  onDone: (challenge: ChallengeView, who: Applicant) => void;
}) {
  const { t } = useTranslation();
  const form = useForm({
    initial: { ...applicant },
    required: ['practiceId', 'username'],
    send: (body) => call<ChallengeView>('POST', '/password-resets/challenges', { body }),
    onDone,
  });
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <Text>{t('reset.why')}</Text>
        <NameFields form={form} />
        <ProblemNotice error={form.problem} />
        <Button type="submit" size="md" loading={form.pending}>
          {t('action.continue')}
        </Button>
      </Stack>
    </form>
  );
}
