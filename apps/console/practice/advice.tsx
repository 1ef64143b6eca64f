import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { PageButton } from '../frame/page-link.js';
import { Notice } from '../frame/states.js';
import { usePractice } from './practice-api.js';

/** What the practice should see to, each with the one button that settles it. */
export function Advice() {
  const { t } = useTranslation();
  const may = useMay();
  const advice = usePractice()?.advice ?? [];
  if (advice.length === 0 || !may('user:create')) return null;
  return (
    <div className="advice">
      {advice.map(({ code }) => (
        <Notice
          key={code}
          tone="waiting"
          title={t(`advice.${code}.title`)}
          action={
            <PageButton
              variant="default"
              to="/settings/users"
              search={code === 'few_users' ? { add: true } : { designate: true }}
            >
              {t(`advice.${code}.action`)}
            </PageButton>
          }
        >
          {t(`advice.${code}.detail`)}
        </Notice>
      ))}
    </div>
  );
}
