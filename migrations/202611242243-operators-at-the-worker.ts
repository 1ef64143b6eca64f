import { Migration } from '@mikro-orm/migrations';

/** The worker asks who an operator is, too: it shows its queues to them and to nobody else. */
export class OperatorsAtTheWorker extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      set local role latchkey_door;
      grant execute on function operator_by_token(bytea), operators_known() to latchkey_worker;
      set local role latchkey_owner;
    `);
  }
}
