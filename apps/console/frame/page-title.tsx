import { Title } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';

/** The page's first heading, which is also the document's title. */
export function PageTitle({ children, actions }: { children: string; actions?: ReactNode }) {
  useEffect(() => {
    document.title = `${children} · Latchkey`;
  }, [children]);
  return (
    <div className="page-title">
      <Title order={1} tabIndex={-1}>
        {children}
      </Title>
      {actions}
    </div>
  );
}
