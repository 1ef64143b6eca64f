import { Migration } from '@mikro-orm/migrations';

/** An erased user leaves a row without a person, so that resets and mails keep what they belong to. */
export class Erasure extends Migration {
  override up(): void {
    this.addSql(/* sql */ `
      alter table users add column erased_at timestamptz;
      alter table users drop constraint users_username_check;
      -- The tombstone has a colon, which no username can have: the name is free, and nobody signs in with this one.
      alter table users add constraint users_username_check check (
        case when erased_at is null then username ~ '^[a-z0-9][a-z0-9._-]{0,62}$'
          else username = 'erased:' || id::text and display_name = '' and email = '' and status = 'deactivated' end);

      grant delete on credentials to latchkey_api;
      grant update (reply) on delivery_attempts to latchkey_api;
      alter table password_resets drop constraint password_resets_practice_id_credential_id_fkey;
      alter table password_resets add foreign key (practice_id, credential_id)
        references credentials on delete set null (credential_id);

      -- What a stored mail says, without the values of one person, and without a mail server's words about them.
      create function without_person(facts jsonb, gone text[]) returns jsonb
        language plpgsql immutable as $$
      declare kept jsonb := '{}'; field record;
      begin
        for field in select key, value from jsonb_each(facts) loop
          kept := kept || jsonb_build_object(field.key, case
            when field.key = 'reply' and facts ->> 'username' = any(gone) then 'null'
            when jsonb_typeof(field.value) = 'object' then without_person(field.value, gone)
            when jsonb_typeof(field.value) = 'array' then (
              select coalesce(jsonb_agg(item), '[]') from jsonb_array_elements(field.value) item
              where not item #>> '{}' = any(gone))
            when field.value #>> '{}' = any(gone) then '"erased"'
            else field.value end);
        end loop;
        return kept;
      end $$;
    `);
  }
}
