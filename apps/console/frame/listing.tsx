import { Button, Skeleton, VisuallyHidden } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Page } from '../api/client.js';
import classes from './listing.module.css';
import { Failed, Late } from './states.js';

export interface Column<Row> {
  key: string;
  head: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Beside the others on a narrow screen it needs no name: what it says is plain. */
  plain?: boolean;
}

interface ListingProps<Row> {
  label: string;
  query: UseQueryResult<Page<Row>>;
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  /** Why there is nothing. */
  empty: ReactNode;
  /** The row that a drawer or dialog is about. */
  current?: string | undefined;
  paging: Paging;
}

export interface Paging {
  /** Whether this is the first page. */
  first: boolean;
  onFirst: () => void;
  onNext: (cursor: string) => void;
}

const SKELETON_ROWS = ['1', '2', '3', '4', '5', '6'];

/** A page of a list as a table; on a narrow screen each row becomes a block (WCAG 1.4.10). */
export function Listing<Row>(props: ListingProps<Row>) {
  const { t } = useTranslation();
  const { data, isPlaceholderData } = props.query;
  const count = data?.items.length ?? 0;
  // Heard by whoever searches and cannot see the rows change (WCAG 4.1.3).
  const found = count === 0 ? t('listing.nothing') : t('listing.shown', { count });
  return (
    <>
      <VisuallyHidden role="status">{data && !isPlaceholderData ? found : ''}</VisuallyHidden>
      <ListingPage {...props} />
    </>
  );
}

function ListingPage<Row>(props: ListingProps<Row>) {
  const { t } = useTranslation();
  const { query, columns, paging } = props;
  if (query.isPending) return <Waiting columns={columns.length} label={t('state.loading')} />;
  if (!query.data) return <Failed error={query.error} onRetry={() => void query.refetch()} />;
  const { items, nextCursor } = query.data;
  if (items.length === 0 && paging.first) return props.empty;
  return (
    <div aria-busy={query.isPlaceholderData} className={classes['listing']}>
      {query.error && <Failed error={query.error} onRetry={() => void query.refetch()} />}
      <Rows {...props} rows={items} />
      {(nextCursor !== null || !paging.first) && (
        <nav className={classes['paging']} aria-label={t('listing.pages')}>
          {!paging.first && (
            <Button variant="default" onClick={paging.onFirst}>
              {t('listing.first')}
            </Button>
          )}
          {nextCursor !== null && (
            <Button variant="default" onClick={() => paging.onNext(nextCursor)}>
              {t('listing.next')}
            </Button>
          )}
        </nav>
      )}
    </div>
  );
}

/** The roles are said again because a table that is laid out in blocks loses them. */
function Rows<Row>({ label, columns, rows, rowKey, current }: ListingProps<Row> & { rows: readonly Row[] }) {
  return (
    <table className={classes['table']} aria-label={label} role="table">
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ key, head, numeric }) => (
            <th key={key} role="columnheader" scope="col" data-numeric={numeric}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr
            key={rowKey(row)}
            role="row"
            data-current={rowKey(row) === current}
            aria-current={rowKey(row) === current || undefined}
          >
            {columns.map(({ key, head, cell, numeric, plain }) => (
              <td key={key} role="cell" data-numeric={numeric} data-head={plain ? '' : head}>
                {cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Waiting({ columns, label }: { columns: number; label: string }) {
  return (
    <Late>
      <div role="status" aria-label={label} className={classes['waiting']}>
        {SKELETON_ROWS.map((row) => (
          <div key={row} className={classes['waitingRow']}>
            {Array.from({ length: Math.min(columns, 4) }, (_, column) => (
              <Skeleton key={`${row}-${String(column)}`} height={14} />
            ))}
          </div>
        ))}
      </div>
    </Late>
  );
}
