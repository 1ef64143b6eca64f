import { useTranslation } from 'react-i18next';
import type { AuditEventView } from '#contract';
import { PageLink } from '../frame/page-link.js';
import { Person } from '../users/person.js';

/** What an event is about: a person by name, a reset or an email by the way to it. */
export function Target({ target }: { target: AuditEventView['target'] }) {
  const { t, i18n } = useTranslation();
  if (!target) return null;
  const { type, id } = target;
  if (type === 'user' && id) return <Person id={id} />;
  if (type === 'password-reset' && id) {
    return (
      <PageLink to="/reset-log" search={{ open: id }} size="sm">
        {t('resetLog.one')}
      </PageLink>
    );
  }
  if (type === 'delivery' && id) {
    return (
      <PageLink to="/deliveries" search={{ open: id }} size="sm">
        {t('deliveries.one')}
      </PageLink>
    );
  }
  const key = `targetType.${type}`;
  const word = i18n.exists(key) ? t(key as 'targetType.practice') : type;
  return <span title={id ?? undefined}>{word}</span>;
}
