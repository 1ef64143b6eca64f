import { Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AnswerAcceptedView, ChallengeView } from '#contract';
import { call } from '../api/client.js';
import { ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';

/** The question. Its answer may be shown while typed: it opens no account, only the mail does. */
export function AnswerStep({
  challenge,
  onDone,
  onRestart,
}: {
  challenge: ChallengeView;
  onDone: (answer: AnswerAcceptedView) => void;
  onRestart: () => void;
}) {
  const { t, i18n } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const form = useForm({
    initial: { answer: '' },
    required: ['answer'],
    send: ({ answer }) =>
      call<AnswerAcceptedView>('POST', '/password-resets', { body: { ticket: challenge.ticket, answer } }),
    onDone,
  });
  const key = `question.${challenge.question.id}`;
  const over = form.problem?.code === 'ticket_invalid';
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <TextInput
          {...form.bind('answer')}
          label={i18n.exists(key) ? t(key as 'question.first-street') : challenge.question.text}
          description={t('question.forgiving')}
          autoComplete="off"
          spellCheck={false}
          ref={field}
        />
        <ProblemNotice
          error={form.problem}
          action={over && <Button onClick={onRestart}>{t('reset.restart')}</Button>}
        />
        <Button type="submit" size="md" loading={form.pending} disabled={over}>
          {t('reset.action')}
        </Button>
        <Text size="sm" c="dimmed">
          {t('reset.forgotten')}
        </Text>
        <Anchor component="button" type="button" size="sm" onClick={onRestart}>
          {t('reset.notMe')}
        </Anchor>
      </Stack>
    </form>
  );
}
