import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Picker } from '../frame/picker.js';
import { ACTIONS, useActionWords } from './action-words.js';

/** One kind of event, found by its words or its name. */
export function EventPicker({
  value,
  onChoose,
}: {
  value: string | undefined;
  onChoose: (action: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const words = useActionWords();
  const [typed, setTyped] = useState('');
  const wanted = typed.toLowerCase();
  const options = ACTIONS.map((action) => ({ value: action, label: words(action), hint: action })).filter(
    ({ label, hint }) => label.toLowerCase().includes(wanted) || hint.includes(wanted),
  );
  return (
    <Picker
      label={t('audit.event')}
      chosen={value ? words(value) : ''}
      options={options}
      nothing={t('audit.noMatch')}
      onType={setTyped}
      onChoose={onChoose}
    />
  );
}
