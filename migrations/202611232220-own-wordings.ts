import { Migration } from '@mikro-orm/migrations';
import { tenantTable } from './tenant-table.js';

/** What a practice says in mails instead of the product, by kind and language, with its versions. */
export class OwnWordings extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      create table own_wording_versions (
        practice_id uuid not null references practices on delete cascade,
        name text not null,
        locale text not null,
        number integer not null check (number > 0),
        subject text not null,
        html text not null,
        text text not null,
        saved_at timestamptz not null,
        saved_by uuid,
        primary key (practice_id, name, locale, number)
      );

      -- The version in force; since it failed the built-in wording stands in for it.
      create table own_wordings (
        practice_id uuid not null references practices on delete cascade,
        name text not null,
        locale text not null,
        number integer not null,
        failing_since timestamptz,
        failing_reason text,
        primary key (practice_id, name, locale),
        foreign key (practice_id, name, locale, number) references own_wording_versions on delete cascade
      );

      -- A mail that somebody sends to themselves to see it: with sample values, and with the wording that is
      -- only being tried, if any. Null for every other mail.
      alter table deliveries add column trial jsonb;
    `);
    this.addSql(tenantTable('own_wording_versions', { api: 'select, insert, delete', worker: 'select' }));
    this.addSql(
      tenantTable('own_wordings', {
        api: 'select, insert, update, delete',
        worker: 'select, update (failing_since, failing_reason)',
      }),
    );
  }
}
