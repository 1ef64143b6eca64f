import { Migration } from '@mikro-orm/migrations';

/** How each way out of the house stands, and since when there is none. */
export class MailRoutes extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table mail_pulse add column routes jsonb not null default '[]';
      alter table mail_pulse add column stopped_at timestamptz;
    `);
  }
}
