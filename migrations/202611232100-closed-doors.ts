import { Migration } from '@mikro-orm/migrations';
import { executedBy } from './tenant-table.js';

/** Installations older than this one left every door's function to PUBLIC: their revocations had no effect. */
export class ClosedDoors extends Migration {
  override up(): void {
    this.addSql(executedBy('latchkey_door', 'practice_by_code(text)', 'latchkey_api'));
    this.addSql(executedBy('latchkey_door', 'every_practice()', 'latchkey_owner'));
    this.addSql(executedBy('latchkey_door', 'claim_opening(bytea, uuid)', 'latchkey_api'));
    this.addSql(executedBy('latchkey_door', 'remove_unconfirmed_practices()', 'latchkey_worker'));
    this.addSql(executedBy('latchkey_door', 'claim_deliveries(integer, integer)', 'latchkey_worker'));
    this.addSql(executedBy('latchkey_door', 'practices_with_upkeep()', 'latchkey_worker'));
    this.addSql(executedBy('latchkey_door', 'forget_expired()', 'latchkey_worker'));
    this.addSql(executedBy('latchkey_audit', 'audit_append(text[])', 'latchkey_api', 'latchkey_worker'));
  }
}
