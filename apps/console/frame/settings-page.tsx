import { Tabs } from '@mantine/core';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { PageTitle } from './page-title.js';

const TABS = [
  { value: 'users', needs: 'user:read' },
  { value: 'practice', needs: 'practice:read' },
  { value: 'roles', needs: 'role:read' },
] as const;

/** Behind the gear: who works here, the practice itself, what each role may do. */
export function SettingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const current = TABS.find(({ value }) => path.endsWith(`/${value}`))?.value ?? 'users';
  return (
    <>
      <PageTitle>{t(`settings.${current}`)}</PageTitle>
      <Tabs
        value={current}
        onChange={(value) => void navigate({ to: `/settings/${value ?? 'users'}` })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {TABS.filter(({ needs }) => may(needs)).map(({ value }) => (
            <Tabs.Tab key={value} value={value}>
              {t(`settings.${value}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current}>
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
