import { Button, NativeSelect, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PracticePolicy, PracticeView, UpdatePractice } from '#contract';
import type { Tagged } from '../api/client.js';
import { Notice, ProblemNotice } from '../frame/states.js';
import { useForm } from '../frame/use-form.js';
import { LANGUAGES } from '../words/language.js';
import classes from './practice.module.css';
import { practiceQuery, updatePractice } from './practice-api.js';

const NUMBERS = [
  { name: 'selfServiceCredentialMinutes', minimum: 10, maximum: 60 },
  { name: 'issuedCredentialHours', minimum: 1, maximum: 24 },
  { name: 'sessionIdleMinutes', minimum: 5, maximum: 60 },
  { name: 'sessionAbsoluteHours', minimum: 1, maximum: 24 },
  { name: 'reauthenticateMinutes', minimum: 0, maximum: 60 },
] as const satisfies { name: keyof PracticePolicy; minimum: number; maximum: number }[];

const ZONES = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];

interface PracticeFormProps {
  practice: Tagged<PracticeView>;
  readOnly: boolean;
  title: string;
}

/** Name, time zone, language and policy, changed together and based on what was read. */
export function PracticeForm({ practice, readOnly, title }: PracticeFormProps) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  /** What the fields were filled from: news from elsewhere must not empty what somebody types. */
  const [read, setRead] = useState(practice);
  const { name, timeZone, locale, policy } = read.value;
  const [question, setQuestion] = useState(policy.securityQuestion === 'on');
  const form = useForm({
    initial: { name, timeZone, locale, ...numbersOf(policy) },
    required: ['name', ...NUMBERS.map(({ name }) => name)],
    // Sent as it is, an emptied field would be a 0, which for some of them means "never".
    check: (values) =>
      Object.fromEntries(
        NUMBERS.filter((number) => !isWithin(values[number.name], number)).map(({ name, ...range }) => [
          name,
          t('fault.number', range),
        ]),
      ),
    send: (values) => updatePractice(bodyOf(values, question), read.etag),
    onDone: (answer) => {
      queryClient.setQueryData(practiceQuery.queryKey, answer);
      setRead(answer);
      return queryClient.invalidateQueries({ queryKey: ['session'] });
    },
  });
  const zones = ZONES.includes(timeZone) ? ZONES : [timeZone, ...ZONES];
  return (
    <form onSubmit={form.onSubmit} noValidate>
      <Stack gap="lg">
        <fieldset className={classes['group']} disabled={readOnly}>
          <legend>{title}</legend>
          <div className={classes['pair']}>
            <TextInput {...form.bind('name')} label={t('field.practiceName')} />
            <NativeSelect {...form.bind('timeZone')} label={t('field.timeZone')} data={zones} />
            <NativeSelect
              {...form.bind('locale')}
              label={t('practice.language')}
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
            />
          </div>
        </fieldset>
        <fieldset className={classes['group']} disabled={readOnly}>
          <legend>{t('practice.policy')}</legend>
          <div className={classes['pair']}>
            {NUMBERS.map(({ name, minimum, maximum }) => (
              <TextInput
                key={name}
                {...form.bind(name)}
                type="number"
                min={minimum}
                max={maximum}
                label={t(`policy.${name}.label`)}
                description={t(`policy.${name}.hint`, { minimum, maximum })}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
              />
            ))}
          </div>
          <Switch
            mt="lg"
            label={t('policy.securityQuestion.label')}
            description={question ? t('policy.securityQuestion.on') : t('policy.securityQuestion.off')}
            checked={question}
            onChange={({ currentTarget }) => setQuestion(currentTarget.checked)}
          />
        </fieldset>
        <ProblemNotice error={form.problem} />
        <div role="status">{form.done && <Notice tone="good" title={t('practice.saved')} />}</div>
        {readOnly ? (
          <Text c="dimmed">{t('practice.readOnly')}</Text>
        ) : (
          <div>
            <Button type="submit" loading={form.pending}>
              {t('action.save')}
            </Button>
          </div>
        )}
      </Stack>
    </form>
  );
}

const isWithin = (typed: string, { minimum, maximum }: { minimum: number; maximum: number }): boolean =>
  /^\d+$/.test(typed) && Number(typed) >= minimum && Number(typed) <= maximum;

type Numbers = Record<(typeof NUMBERS)[number]['name'], string>;

const numbersOf = (policy: PracticePolicy) =>
  Object.fromEntries(NUMBERS.map(({ name }) => [name, String(policy[name])])) as Numbers;

function bodyOf(
  { name, timeZone, locale, ...numbers }: Numbers & { name: string; timeZone: string; locale: string },
  question: boolean,
): UpdatePractice {
  const policy = Object.fromEntries(NUMBERS.map((one) => [one.name, Number(numbers[one.name])]));
  return {
    name,
    timeZone,
    locale: locale as NonNullable<UpdatePractice['locale']>,
    policy: { ...policy, securityQuestion: question ? 'on' : 'off' },
  };
}
