import { NativeSelect, type NativeSelectProps, Stack, TextInput, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SECURITY_QUESTION_IDS } from '#contract';

/** A security question and its answer. The answer is shown while it is typed: it must be typed the same again. */
export function QuestionFields({
  question,
  answer,
  hint,
}: {
  question: NativeSelectProps;
  answer: TextInputProps;
  hint?: string;
}) {
  const { t } = useTranslation();
  return (
    <Stack gap="md">
      <NativeSelect
        {...question}
        label={t('field.securityQuestion')}
        description={hint}
        data={[
          { value: '', label: t('question.none') },
          ...SECURITY_QUESTION_IDS.map((id) => ({ value: id, label: t(`question.${id}`) })),
        ]}
      />
      <TextInput
        {...answer}
        label={t('field.securityAnswer')}
        description={t('question.forgiving')}
        autoComplete="off"
        spellCheck={false}
      />
    </Stack>
  );
}
