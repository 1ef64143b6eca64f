import { Migration } from '@mikro-orm/migrations';

/**
 * The signing key is sealed anew by the worker alone. Whoever else may write the row could put something there that
 * nothing opens, and no trail would be signed or handed out any more.
 */
export class AuditKeyWriters extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      revoke update (sealed) on audit_key from latchkey_api, latchkey_auditor, latchkey_archivist;
    `);
  }
}
