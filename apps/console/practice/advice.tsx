import { useTranslation } from 'react-i18next';
import type { Permission } from '#contract';
import { useMay } from '../api/ability.js';
import { PageButton } from '../frame/page-link.js';
import { Notice } from '../frame/states.js';
import { usePractice } from './practice-api.js';

/** What settles each, and what it takes. */
const SETTLED_BY = {
  single_administrator: { needs: 'user:update', search: { designate: true } },
  few_users: { needs: 'user:create', search: { add: true } },
} as const satisfies Record<string, { needs: Permission; search: object }>;

/** What the practice should see to, each with the one button that settles it. */
export function Advice() {
  const { t } = useTranslation();
  const may = useMay();
  const advice = (usePractice()?.advice ?? []).filter(({ code }) => may(SETTLED_BY[code].needs));
  if (advice.length === 0) return null;
  return (
    <div className="advice">
      {advice.map(({ code }) => (
        <Notice
          key={code}
          tone="waiting"
          title={t(`advice.${code}.title`)}
          action={
            <PageButton variant="default" to="/settings/users" search={SETTLED_BY[code].search}>
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
