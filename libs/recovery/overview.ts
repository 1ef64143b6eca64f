import { Inject, Injectable } from '@nestjs/common';
import type { OverviewView, UserReach } from '#contract';
import { Database } from '#database';

const DAYS_BEFORE_TODAY = 29;

interface Row {
  day: string;
  self_service: number;
  administrator: number;
  bulk: number;
  support: number;
  failed: number;
  median_seconds: number | null;
  slow_seconds: number | null;
}

/** How the practice's people got back in during the last month, by its own calendar. */
@Injectable()
export class Overview {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Of the users in reach alone; null for everybody. */
  async read(reach: UserReach[] | null): Promise<OverviewView> {
    const within = reach && JSON.stringify(reach);
    const [days, users] = await Promise.all([this.#days(within), this.#users(within)]);
    return { days, users };
  }

  /** Ids are UUIDv7, so the primary key is the index by time: no row older than a month is read. */
  async #days(within: string | null): Promise<OverviewView['days']> {
    const now = await this.database.begun;
    const rows = await this.database.sql<Row>(
      `with calendar as (
         select time_zone, (app_now() at time zone time_zone)::date as today
         from practices where practice_id = current_practice()),
       days as (
         select day::date, time_zone from calendar,
           generate_series(today - ${DAYS_BEFORE_TODAY}, today, interval '1 day') as day),
       asked as (
         select r.channel, r.state, (r.requested_at at time zone c.time_zone)::date as day,
           extract(epoch from r.sent_at - r.requested_at)::float8 as seconds
         from password_resets r, calendar c
         where r.practice_id = current_practice() and r.state <> 'refused' and r.id >= $1
           and ($2::jsonb is null or r.user_id in (select id from users_in_reach($2))))
       select to_char(d.day, 'YYYY-MM-DD') as day,
         count(*) filter (where channel = 'self_service')::int as self_service,
         count(*) filter (where channel = 'administrator')::int as administrator,
         count(*) filter (where channel = 'bulk')::int as bulk,
         count(*) filter (where channel = 'support')::int as support,
         count(*) filter (where state = 'failed')::int as failed,
         percentile_cont(0.5) within group (order by seconds) as median_seconds,
         percentile_cont(0.95) within group (order by seconds) as slow_seconds
       from days d left join asked a on a.day = d.day
       group by d.day order by d.day`,
      [firstIdOf(now.getTime() - (DAYS_BEFORE_TODAY + 2) * 86_400_000), within],
    );
    return rows.map((row) => ({
      day: row.day,
      selfService: row.self_service,
      administrator: row.administrator,
      bulk: row.bulk,
      support: row.support,
      failed: row.failed,
      medianSeconds: row.median_seconds,
      slowSeconds: row.slow_seconds,
    }));
  }

  async #users(within: string | null): Promise<OverviewView['users']> {
    const rows = await this.database.sql<{ status: keyof OverviewView['users']; count: number }>(
      `select status, count(*)::int as count from users
       where practice_id = current_practice()
         and ($1::jsonb is null or id in (select id from users_in_reach($1))) group by status`,
      [within],
    );
    const none = { invited: 0, active: 0, deactivated: 0 };
    return Object.assign(none, Object.fromEntries(rows.map(({ status, count }) => [status, count])));
  }
}

/** The smallest UUIDv7 of a moment (RFC 9562 §5.7: 48 bits of milliseconds come first). */
function firstIdOf(milliseconds: number): string {
  const time = milliseconds.toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
