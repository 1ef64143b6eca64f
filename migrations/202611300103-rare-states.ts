import { Migration } from '@mikro-orm/migrations';

/**
 * Lists of what is rare find it without walking the practice. Deliveries change their state in place as long as
 * no index names it: what has failed is found by its attempts, which are only ever added, and what has not ended
 * by the outbox. Resets have had an index on their state from the start, so another one costs those it holds.
 */
export class RareStates extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create index attempts_refused on delivery_attempts (practice_id, delivery_id desc)
        where outcome in ('refused', 'bounced');
      create index resets_in_rare_states on password_resets (practice_id, state, id desc)
        where state in ('refused', 'failed', 'cancelled', 'expired', 'superseded');
      create index resets_of_rare_channels on password_resets (practice_id, channel, id desc)
        where channel in ('bulk', 'support');
    `);
  }
}
