import { Migration } from '@mikro-orm/migrations';

/**
 * An action together with an outcome that is rare for it: by either index alone, all events of the action or all
 * that did not succeed would be read. Like that of the outcomes it holds nothing of what succeeded.
 */
export class AuditOutcomesOfActions extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create index audit_by_action_outcome on audit_events (practice_id, action, outcome, seq)
        where outcome <> 'success'
    `);
  }
}
