import { Button, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../frame/states.js';
import type { useForm } from '../frame/use-form.js';
import { useFaultSentences } from './fault-sentences.js';
import classes from './templates.module.css';
import type { Parts } from './templates-api.js';

interface WordingFieldsProps {
  form: ReturnType<typeof useForm<Parts, unknown>>;
  onReadAgain: () => void;
}

/** Subject, text and HTML, with what can be done with them; whatever refuses says so beside the part. */
export function WordingFields({ form, onReadAgain }: WordingFieldsProps) {
  const { t } = useTranslation();
  const sentences = useFaultSentences();
  const field = (part: keyof Parts) => {
    const { error, ...bound } = form.bind(part);
    return { ...bound, label: t(`templates.${part}`), error: sentences(form.problem, part) ?? error };
  };
  const act = (value: string) => ({ type: 'submit', value, loading: form.acting === value }) as const;
  const source = { spellCheck: false, classNames: { input: classes['source'] ?? '' } };
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="md">
        <TextInput {...field('subject')} />
        <Textarea {...field('text')} {...source} description={t('templates.textWhy')} rows={10} />
        <Textarea {...field('html')} {...source} description={t('templates.htmlWhy')} rows={14} />
        <ProblemNotice
          error={form.problem}
          action={
            form.problem?.code === 'stale' && (
              <Button variant="default" onClick={onReadAgain}>
                {t('templates.readAgain')}
              </Button>
            )
          }
        />
        <div className="dialog-actions">
          <Button {...act('preview')} variant="default">
            {t('templates.preview')}
          </Button>
          <Button {...act('test')} variant="default">
            {t('templates.test')}
          </Button>
          <Button {...act('save')}>{t('action.save')}</Button>
        </div>
      </Stack>
    </form>
  );
}
