import { BarChart, LineChart } from '@mantine/charts';
import '@mantine/charts/styles.layer.css';
import '@mantine/core/styles/ColorSwatch.layer.css';
import { useTranslation } from 'react-i18next';
import { type OverviewView, RESET_CHANNELS } from '#contract';
import { useCalendarDay } from './calendar-day.js';
import { ChartOrTable } from './chart-or-table.js';
import type { Figures } from './figures.js';
import classes from './overview.module.css';

const FIELDS = {
  self_service: 'selfService',
  administrator: 'administrator',
  bulk: 'bulk',
  support: 'support',
} as const;
const COLOURS = {
  self_service: 'teal.6',
  administrator: 'orange.6',
  bulk: 'indigo.5',
  support: 'gray.5',
} as const;
const HEIGHT = 240;
const rounded = (seconds: number | null) => Math.round((seconds ?? 0) * 10) / 10;
const STILL = { isAnimationActive: false } as const;

/** Resets a day, the way of their mail, and who has an account; each also as a table. */
export function Charts({ overview, figures }: { overview: OverviewView; figures: Figures }) {
  return (
    <>
      {figures.total > 0 && <ResetsByDay overview={overview} figures={figures} />}
      <div className={classes['pair']}>
        {figures.mail && <TimeToMail overview={overview} />}
        <UsersByState users={overview.users} />
      </div>
    </>
  );
}

function ResetsByDay({ overview, figures }: { overview: OverviewView; figures: Figures }) {
  const { t } = useTranslation();
  const day = useCalendarDay();
  const series = RESET_CHANNELS.map((channel) => ({
    name: FIELDS[channel],
    label: t(`channel.${channel}`),
    color: COLOURS[channel],
  }));
  // The two rarer channels take no place in the legend before they were used.
  const used = series.filter(
    ({ name }) =>
      ['selfService', 'administrator'].includes(name) || overview.days.some((one) => one[name] > 0),
  );
  return (
    <ChartOrTable
      title={t('overview.byChannel')}
      summary={t('overview.byChannelSummary', {
        count: figures.total,
        self: figures.selfService,
        administrator: figures.administrator,
        others: figures.total - figures.selfService - figures.administrator,
      })}
      head={[t('overview.day'), ...used.map(({ label }) => label)]}
      rows={overview.days.map((one) => [day(one.day), ...used.map(({ name }) => one[name])])}
    >
      <BarChart
        h={HEIGHT}
        data={overview.days.map((one) => ({ ...one, day: day(one.day) }))}
        dataKey="day"
        type="stacked"
        series={used}
        withLegend
        gridAxis="x"
        tickLine="none"
        barProps={STILL}
        yAxisProps={{ allowDecimals: false, width: 32 }}
        barChartProps={{ accessibilityLayer: false }}
      />
    </ChartOrTable>
  );
}

function TimeToMail({ overview }: { overview: OverviewView }) {
  const { t } = useTranslation();
  const day = useCalendarDay();
  const sent = overview.days.filter(({ medianSeconds }) => medianSeconds !== null);
  const rows = sent.map((one) => ({
    day: day(one.day),
    median: rounded(one.medianSeconds),
    slow: rounded(one.slowSeconds),
  }));
  return (
    <ChartOrTable
      title={t('overview.latency')}
      summary={t('overview.latencySummary')}
      head={[t('overview.day'), t('overview.median'), t('overview.slowest')]}
      rows={rows.map(({ day, median, slow }) => [day, median, slow])}
    >
      <LineChart
        h={HEIGHT}
        data={rows}
        dataKey="day"
        series={[
          { name: 'median', label: t('overview.median'), color: 'teal.6' },
          { name: 'slow', label: t('overview.slowest'), color: 'orange.6', strokeDasharray: '4 4' },
        ]}
        withLegend
        curveType="linear"
        gridAxis="x"
        tickLine="none"
        lineProps={STILL}
        yAxisProps={{ width: 40 }}
        lineChartProps={{ accessibilityLayer: false }}
      />
    </ChartOrTable>
  );
}

function UsersByState({ users }: { users: OverviewView['users'] }) {
  const { t } = useTranslation();
  const rows = (['active', 'invited', 'deactivated'] as const).map((status) => ({
    state: t(`userStatus.${status}`),
    count: users[status],
  }));
  return (
    <ChartOrTable
      title={t('overview.users')}
      summary={t('overview.usersSummary', users)}
      head={[t('overview.state'), t('overview.number')]}
      rows={rows.map(({ state, count }) => [state, count])}
    >
      <BarChart
        h={HEIGHT}
        data={rows}
        dataKey="state"
        orientation="vertical"
        series={[{ name: 'count', label: t('overview.number'), color: 'teal.6' }]}
        gridAxis="y"
        tickLine="none"
        barProps={STILL}
        xAxisProps={{ allowDecimals: false }}
        yAxisProps={{ width: 96 }}
        barChartProps={{ accessibilityLayer: false }}
      />
    </ChartOrTable>
  );
}
