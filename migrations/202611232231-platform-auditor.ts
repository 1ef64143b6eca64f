import { Migration } from '@mikro-orm/migrations';

/**
 * What the platform's auditor reads with: a role of its own that no API or worker may take. It enters one
 * practice after the other like everybody, sees their trails and nothing else of them, and writes down there
 * that it has.
 */
export class PlatformAuditor extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      grant usage on schema public to latchkey_auditor;
      grant select on clock, audit_events, audit_personal, audit_heads to latchkey_auditor;
      grant select (practice_id, code) on practices to latchkey_auditor;
      -- Whoever reads or exports a trail seals and signs first what has not been yet.
      grant select, delete on audit_refusals to latchkey_auditor;
      grant select, insert on audit_checkpoints to latchkey_auditor;
      grant select, insert, update on audit_trees to latchkey_auditor;
      grant select, insert, update (sealed) on audit_key to latchkey_auditor;
      set local role latchkey_audit;
      grant execute on function audit_append(text[], integer[], text[], text[], bytea[], text[])
        to latchkey_auditor;
      set local role latchkey_door;
      grant execute on function practice_by_code(text), every_practice(), operator_by_token(bytea),
        operators_known() to latchkey_auditor;
      set local role latchkey_owner;
    `);
  }
}
