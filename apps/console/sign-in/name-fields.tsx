import { TextInput, type TextInputProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatPracticeId, parsePracticeId } from '#contract';
import { WhereIsMyPracticeId } from './where-is-my-practice-id.js';

type Name = 'practiceId' | 'username';

interface NameForm {
  values: Record<Name, string>;
  set: (name: Name, value: string) => void;
  bind: (name: Name) => Pick<TextInputProps, 'name' | 'value' | 'onChange' | 'error'>;
}

/** Who somebody is: the practice and the name in it. */
export function NameFields({ form }: { form: NameForm }) {
  const { t } = useTranslation();
  return (
    <>
      <div>
        <TextInput
          {...form.bind('practiceId')}
          label={t('field.practiceId')}
          autoComplete="organization"
          autoCapitalize="characters"
          spellCheck={false}
          onBlur={() => form.set('practiceId', tidied(form.values.practiceId))}
        />
        <WhereIsMyPracticeId />
      </div>
      <TextInput
        {...form.bind('username')}
        label={t('field.username')}
        autoComplete="username"
        autoCapitalize="none"
        spellCheck={false}
      />
    </>
  );
}

/** As it is printed everywhere else, once it is complete. */
function tidied(typed: string): string {
  const canonical = parsePracticeId(typed);
  return canonical ? formatPracticeId(canonical) : typed;
}
