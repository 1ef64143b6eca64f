import { Tabs } from '@mantine/core';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMay } from '../api/ability.js';
import { PageTitle } from './page-title.js';
import { SETTINGS } from './pages.js';

/** Behind the gear: who works here, the practice itself, what each role may do, how its mails are worded. */
export function SettingsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const current = SETTINGS.find(({ to }) => path === to) ?? SETTINGS[0];
  return (
    <>
      <PageTitle>{t(current.word)}</PageTitle>
      <Tabs
        value={current.tab}
        onChange={(value) => {
          const chosen = SETTINGS.find(({ tab }) => tab === value);
          if (chosen) void navigate({ to: chosen.to });
        }}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {SETTINGS.filter(({ needs }) => may(needs)).map(({ tab, word }) => (
            <Tabs.Tab key={tab} value={tab}>
              {t(word)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={current.tab}>
          <Outlet />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
