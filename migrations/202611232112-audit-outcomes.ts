import { Migration } from '@mikro-orm/migrations';

/** What did not succeed is what auditors look for, and rare: an index of those events alone costs the others nothing. */
export class AuditOutcomes extends Migration {
  override up(): void {
    this.addSql(
      "create index audit_by_outcome on audit_events (practice_id, outcome, seq) where outcome <> 'success'",
    );
  }
}
