import { Combobox, TextInput, useCombobox } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

interface PickerProps {
  label: string;
  /** What is chosen, in words; empty for nothing. */
  chosen: string;
  options: readonly { value: string; label: string; hint?: string }[] | undefined;
  nothing: string;
  onType: (typed: string) => void;
  onChoose: (value: string | undefined) => void;
}

/** One of many, found by a few letters; emptying the field chooses nothing. */
export function Picker({ label, chosen, options, nothing, onType, onChoose }: PickerProps) {
  const { t } = useTranslation();
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [typed, setTyped] = useState<string | null>(null);
  const type = (text: string | null) => {
    setTyped(text);
    onType(text ?? '');
  };
  const choose = (value: string | undefined) => {
    type(null);
    combobox.closeDropdown();
    onChoose(value);
  };
  return (
    <Combobox store={combobox} onOptionSubmit={choose} position="bottom-start" width="min(24rem, 90vw)">
      <Combobox.Target withExpandedAttribute>
        <TextInput
          label={label}
          role="combobox"
          autoComplete="off"
          value={typed ?? chosen}
          onFocus={() => combobox.openDropdown()}
          onChange={({ currentTarget }) => {
            if (currentTarget.value === '') choose(undefined);
            type(currentTarget.value);
            combobox.openDropdown();
          }}
          onBlur={() => {
            type(null);
            combobox.closeDropdown();
          }}
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={options === undefined}>
        <Combobox.Options aria-label={t('palette.found')} mah={320} className="scrolls">
          {options?.map(({ value, label, hint }) => (
            <Combobox.Option key={value} value={value}>
              {label}
              {hint && <div className="hint">{hint}</div>}
            </Combobox.Option>
          ))}
          {options?.length === 0 && <Combobox.Empty>{nothing}</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}
