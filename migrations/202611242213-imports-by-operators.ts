import { Migration } from '@mikro-orm/migrations';

/** Large work that operators begin, and when a practice's next turns of a bulk reset may come. */
export class ImportsByOperators extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- The user who asked; an operator has no account, and stands in the actor.
      alter table user_imports alter requested_by drop not null,
        add constraint asked_for_by_somebody check ((requested_by is null) = (actor ->> 'type' = 'operator'));
      alter table bulk_resets add column next_at timestamptz;
    `);
  }
}
