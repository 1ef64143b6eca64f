import { Skeleton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './page-frame.module.css';
import plain from './plain.module.css';
import { Lines } from './states.js';

/** A page within the frame that is still on its way. */
export const PagePending = () => <Lines count={8} />;

/** The shape of the frame, until it is known who is there. */
export function FramePending() {
  const { t } = useTranslation();
  return (
    <div className={classes['frame']} role="status" aria-label={t('state.loading')}>
      <div className={classes['header']}>
        <Skeleton height={16} width="12rem" />
      </div>
      <nav aria-hidden="true" className={classes['aside']} data-open={false}>
        <div className={classes['links']}>
          <Skeleton height={16} mb="lg" />
          <Skeleton height={16} mb="lg" />
          <Skeleton height={16} />
        </div>
      </nav>
      <div className={classes['main']}>
        <Skeleton height={28} width="14rem" mb="xl" />
        <Skeleton height={16} mb="lg" />
        <Skeleton height={16} width="80%" mb="lg" />
        <Skeleton height={16} width="90%" />
      </div>
    </div>
  );
}

/** A page for somebody who is not signed in, likewise. */
export const PlainPending = () => (
  <div className={plain['page']}>
    <div className={plain['column']}>
      <Lines count={5} />
    </div>
  </div>
);
