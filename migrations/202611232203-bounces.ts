import { Migration } from '@mikro-orm/migrations';

/** Mail that came back, and addresses that mail does not reach. */
export class Bounces extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table delivery_attempts drop constraint delivery_attempts_outcome_check;
      alter table delivery_attempts add constraint delivery_attempts_outcome_check
        check (outcome in ('accepted', 'deferred', 'refused', 'delayed', 'bounced'));
      grant insert on delivery_attempts to latchkey_api;
      grant insert on delivery_failures to latchkey_api;

      alter table users add column email_undeliverable_since timestamptz;
      grant update (email_undeliverable_since) on users to latchkey_worker;
      -- What is known of an address is not known of the next one.
      create function users_email_anew() returns trigger language plpgsql as $$
      begin
        new.email_undeliverable_since := null;
        return new;
      end $$;
      create trigger users_email_anew before update of email on users
        for each row when (old.email is distinct from new.email) execute function users_email_anew();
    `);
  }
}
