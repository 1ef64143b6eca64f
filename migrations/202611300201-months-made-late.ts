import { Migration } from '@mikro-orm/migrations';

/**
 * A month that is made after it has begun turns nobody away. Whoever was on the way to the events of no month, and
 * waited while the month was attached, was refused: the row no longer belonged there (23514).
 */
export class MonthsMadeLate extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- As before, but for the month that runs: whoever appends is kept waiting at the door, before it is settled where
      -- the event goes. In the order in which everybody takes them: the practices, the whole, its parts.
      create or replace function make_audit_months() returns integer
        language plpgsql security definer set search_path = public, pg_temp set lock_timeout = '2s' as $$
      declare
        running date := (select date_trunc('month',
          (now() + make_interval(secs => offset_seconds)) at time zone 'UTC')::date from clock);
      begin
        if to_regclass(format('audit_events_%s', to_char(running, 'YYYY_MM'))) is null then
          lock table practices in share row exclusive mode;
          lock table only audit_events in access exclusive mode;
        end if;
        return (select count(*) filter (where make_audit_month((running + make_interval(months => ahead))::date))
          from generate_series(0, 3) as ahead);
      end $$;
    `);
  }
}
