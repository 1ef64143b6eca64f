import { Anchor, Text, Title } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './overview.module.css';

interface ChartOrTableProps {
  title: string;
  /** What the chart shows, in a sentence. */
  summary: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
  children: ReactNode;
}

/** A chart whose numbers can also be read one by one. */
export function ChartOrTable({ title, summary, head, rows, children }: ChartOrTableProps) {
  const { t } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const id = useId();
  return (
    <section aria-labelledby={id} className={classes['chart']}>
      <div className={classes['chartHead']}>
        <Title order={2} id={id}>
          {title}
        </Title>
        <Anchor component="button" type="button" size="sm" onClick={() => setAsTable(!asTable)}>
          {asTable ? t('overview.asChart') : t('overview.asTable')}
        </Anchor>
      </div>
      <Text size="sm" c="dimmed" mb="sm">
        {summary}
      </Text>
      {asTable ? (
        <table className={classes['table']} aria-labelledby={id}>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, ...values]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {values.map((value, index) => (
                  <td key={head[index + 1]}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <div role="img" aria-label={`${title}. ${summary}`}>
          {children}
        </div>
      )}
    </section>
  );
}
