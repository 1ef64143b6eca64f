import { useTranslation } from 'react-i18next';
import { Person } from './person.js';

/** Who did something: a person by name, anybody else by what they are. */
export function Actor({ type, id }: { type: string; id: string | null }) {
  const { t, i18n } = useTranslation();
  if (type === 'user' && id) return <Person id={id} />;
  const key = `actor.${type}`;
  return i18n.exists(key) ? t(key as 'actor.system') : type;
}
