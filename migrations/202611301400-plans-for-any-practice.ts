import { Migration } from '@mikro-orm/migrations';
import { plannedForAnyPractice } from './tenant-table.js';

/** What strangers have looked up, be it there or not: see docs/decisions/0037. */
export class PlansForAnyPractice extends Migration {
  override up(): void {
    for (const table of TABLES) this.addSql(plannedForAnyPractice(table));
  }
}

const TABLES = [
  'answer_attempts',
  'credentials',
  'passwords',
  'security_answers',
  'sign_in_attempts',
  'user_roles',
  'users',
];
