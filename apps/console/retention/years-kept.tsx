import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditRetentionView } from '#contract';
import { Fact, Facts } from '../frame/facts.js';
import { useMoments } from '../frame/moments.js';
import { useSession } from '../frame/session-context.js';
import { Notice } from '../frame/states.js';
import { Actor } from '../users/actor.js';
import { ChangeYears } from './change-years.js';
import classes from './retention.module.css';
import type { useDecide } from './retention-api.js';

export interface KeepingProps {
  view: AuditRetentionView;
  readOnly: boolean;
  decision: ReturnType<typeof useDecide>;
}

/** How many years are in force, and what is to become of that. */
export function YearsKept({ view, readOnly, decision }: KeepingProps) {
  const { t } = useTranslation();
  const [changing, setChanging] = useState(false);
  const { years, pending } = view;
  return (
    <>
      <Facts>
        <Fact name={t('retention.kept')}>
          <strong>{t('retention.years', { count: years })}</strong>
        </Fact>
      </Facts>
      {pending && <Pending pending={pending} readOnly={readOnly} decision={decision} />}
      {!readOnly && (
        <div>
          <Button variant="default" onClick={() => setChanging(true)}>
            {t('retention.change')}
          </Button>
        </div>
      )}
      {changing && <ChangeYears years={years} onClose={() => setChanging(false)} />}
    </>
  );
}

interface PendingProps extends Omit<KeepingProps, 'view'> {
  pending: NonNullable<AuditRetentionView['pending']>;
}

/** Fewer years were asked for: by whom, what is still missing, and the ways to agree or to stop it. */
function Pending({ pending, readOnly, decision }: PendingProps) {
  const { t } = useTranslation();
  const moments = useMoments();
  const me = useSession().user.id;
  const { years, requestedBy, confirmedBy, effectiveAt } = pending;
  const own = requestedBy.id === me;
  return (
    <Notice
      tone="waiting"
      title={
        effectiveAt
          ? t('retention.from', { count: years, at: moments.short(effectiveAt) })
          : t('retention.asked', { count: years })
      }
    >
      <div>
        {t('retention.askedBy')} <Actor {...requestedBy} />
        {confirmedBy && (
          <>
            {' · '}
            {t('retention.confirmedBy')} <Actor {...confirmedBy} />
          </>
        )}
      </div>
      <div>{t(effectiveAt ? 'retention.confirmedWhy' : 'retention.askedWhy')}</div>
      {!readOnly && own && !confirmedBy && <div>{t('retention.ownRequest')}</div>}
      {!readOnly && (
        <div className={classes['acts']}>
          {!own && !confirmedBy && (
            <Button
              size="xs"
              loading={decision.isPending && decision.variables.what === 'confirm'}
              onClick={() => decision.mutate({ what: 'confirm', years })}
            >
              {t('retention.confirm', { count: years })}
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            loading={decision.isPending && decision.variables.what === 'stop'}
            onClick={() => decision.mutate({ what: 'stop' })}
          >
            {t(own && !confirmedBy ? 'retention.withdraw' : 'retention.stop')}
          </Button>
        </div>
      )}
    </Notice>
  );
}
