import { Migration } from '@mikro-orm/migrations';

/** The token that a session had before its owner proved the password again, for requests under way with it. */
export class SessionRenewal extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table sessions add column former_hash bytea, add column former_until timestamptz;
      create index sessions_by_former_token on sessions (practice_id, former_hash) where former_hash is not null;
    `);
  }
}
