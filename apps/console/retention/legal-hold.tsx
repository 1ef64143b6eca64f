import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditRetentionView } from '#contract';
import { Moment } from '../frame/moments.js';
import { useSession } from '../frame/session-context.js';
import { Notice } from '../frame/states.js';
import { Actor } from '../users/actor.js';
import { PlaceHold } from './place-hold.js';
import classes from './retention.module.css';
import type { KeepingProps } from './years-kept.js';

/** Whether all of the trail is held: by the practice, which lifts it by two, and by the installation. */
export function LegalHold({ view: { hold, operatorHold }, readOnly, decision }: KeepingProps) {
  const { t } = useTranslation();
  const [placing, setPlacing] = useState(false);
  return (
    <>
      {operatorHold && (
        <Held hold={operatorHold} title={t('hold.byOperator')} why={t('hold.byOperatorWhy')} />
      )}
      {hold ? (
        <Held hold={hold} title={t('hold.held')} why={t(hold.lifting ? 'hold.liftingWhy' : 'hold.heldWhy')}>
          {!readOnly && <Lifting hold={hold} decision={decision} />}
        </Held>
      ) : (
        <div>
          <Text fw={600}>{t('hold.none')}</Text>
          <Text size="sm" c="dimmed">
            {t('hold.noneWhy')}
          </Text>
          {!readOnly && (
            <div className={classes['acts']}>
              <Button variant="default" onClick={() => setPlacing(true)}>
                {t('hold.place')}
              </Button>
            </div>
          )}
        </div>
      )}
      {placing && <PlaceHold onClose={() => setPlacing(false)} />}
    </>
  );
}

type Hold = NonNullable<AuditRetentionView['hold']>;

interface HeldProps {
  hold: Hold;
  title: string;
  why: string;
  children?: React.ReactNode;
}

function Held({ hold, title, why, children }: HeldProps) {
  const { t } = useTranslation();
  return (
    <Notice tone="waiting" title={title}>
      <div className={classes['reason']}>{hold.reason}</div>
      <div>
        {t('hold.by')} <Actor {...hold.by} />, <Moment at={hold.since} />
      </div>
      {hold.lifting && (
        <div>
          {t('hold.liftingBy')} <Actor {...hold.lifting.requestedBy} />,{' '}
          <Moment at={hold.lifting.requestedAt} />
        </div>
      )}
      <div>{why}</div>
      {children}
    </Notice>
  );
}

/** One asks, another agrees, and anybody keeps it after all. */
function Lifting({ hold, decision }: { hold: Hold } & Pick<KeepingProps, 'decision'>) {
  const { t } = useTranslation();
  const me = useSession().user.id;
  const { lifting, reason } = hold;
  return (
    <div className={classes['acts']}>
      {!lifting && (
        <Button
          size="xs"
          variant="default"
          loading={decision.isPending}
          onClick={() => decision.mutate({ what: 'ask-lifting' })}
        >
          {t('hold.askLifting')}
        </Button>
      )}
      {lifting && lifting.requestedBy.id !== me && (
        <Button size="xs" loading={decision.isPending} onClick={() => decision.mutate({ what: 'lift' })}>
          {t('hold.lift')}
        </Button>
      )}
      {lifting && (
        <Button
          size="xs"
          variant="default"
          loading={decision.isPending}
          onClick={() => decision.mutate({ what: 'hold', reason })}
        >
          {t('hold.keep')}
        </Button>
      )}
    </div>
  );
}
