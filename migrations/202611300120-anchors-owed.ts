import { Migration } from '@mikro-orm/migrations';

/** What a place outside is still owed outlives the worker that could not carry it there. */
export class AnchorsOwed extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      -- By the hash of its address, which may hold a password.
      create table audit_anchors_owed (
        place bytea primary key,
        line text not null
      );
      grant select, insert, update, delete on audit_anchors_owed to latchkey_worker;
    `);
  }
}
