import { useTranslation } from 'react-i18next';
import en from '../words/en.json' with { type: 'json' };

/** Every action that the trail can name: the catalogue has a sentence for each, and a test compares. */
export const ACTIONS: readonly string[] = Object.entries(en.audited).flatMap(([subject, things]) =>
  Object.keys(things).map((thing) => `${subject}.${thing}`),
);

/** What happened, in the reader's language; a name that this console does not know yet stands as it is. */
export function useActionWords() {
  const { t, i18n } = useTranslation();
  return (action: string): string => {
    const key = `audited.${action}`;
    return i18n.exists(key) ? t(key as 'audited.session.created') : action;
  };
}
