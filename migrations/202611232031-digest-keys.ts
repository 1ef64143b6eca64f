import { Migration } from '@mikro-orm/migrations';

/** The keys of digests, sealed: they stay when the roots of `LATCHKEY_KEYS` rotate. */
export class DigestKeys extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table digest_keys (
        one boolean primary key default true check (one),
        sealed text not null
      );
      grant select, insert, update on digest_keys to latchkey_api, latchkey_worker;
    `);
  }
}
