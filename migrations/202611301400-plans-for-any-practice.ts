import { Migration } from '@mikro-orm/migrations';
import { plannedForAnyPractice } from './tenant-table.js';

/** See docs/decisions/0037. Not the trail's own tables: their searches are planned for the practice that asks. */
export class PlansForAnyPractice extends Migration {
  override up(): void {
    for (const table of TABLES) this.addSql(plannedForAnyPractice(table));
  }
}

const TABLES = [
  'answer_attempts',
  'audit_refusals',
  'bulk_reset_rows',
  'bulk_resets',
  'bulk_work',
  'credentials',
  'deliveries',
  'delivery_attempts',
  'delivery_failures',
  'given_answers',
  'kept_answers',
  'outbox',
  'own_wording_versions',
  'own_wordings',
  'password_resets',
  'passwords',
  'roles',
  'security_answers',
  'sessions',
  'sign_in_attempts',
  'spent_tickets',
  'support_grants',
  'user_import_rows',
  'user_imports',
  'user_roles',
  'users',
];
