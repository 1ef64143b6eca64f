import { useTranslation } from 'react-i18next';
import { PageLink } from './page-link.js';
import { Plain } from './plain.js';

export function NoSuchPage() {
  const { t } = useTranslation();
  return (
    <Plain title={t('noSuchPage.title')}>
      <p>{t('noSuchPage.detail')}</p>
      <PageLink to="/">{t('noSuchPage.home')}</PageLink>
    </Plain>
  );
}
