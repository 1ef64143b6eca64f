interface Rights {
  api?: string;
  archivist?: string;
  audit?: string;
  auditor?: string;
  worker?: string;
}

/**
 * Row-level security, forced on the owner too, and the grants of one tenant table. Without a practice
 * the comparison is with null: no row is seen and none can be written.
 */
export function tenantTable(name: string, rights: Rights): string {
  const grants = Object.entries(rights).map(
    ([role, what]) => `grant ${what} on ${name} to latchkey_${role};`,
  );
  return /* sql */ `
    alter table ${name} enable row level security;
    alter table ${name} force row level security;
    create policy practice on ${name} using (practice_id = current_practice())
      with check (practice_id = current_practice());
    ${grants.join('\n')}
  `;
}

/**
 * A statement is planned once per connection, for whichever practice asks just then, and is used for all. Without
 * statistics of the practice each counts as average: none is planned for as if it held nothing, with all rows of
 * the others read (docs/decisions/0037).
 */
export function plannedForAnyPractice(name: string): string {
  return /* sql */ `
    alter table ${name} alter column practice_id set statistics 0;
    do $$ begin
      -- What was gathered before stays in force otherwise; PostgreSQL 17 and older have no way to drop it.
      if to_regproc('pg_clear_attribute_stats') is not null then
        execute $clear$ select pg_clear_attribute_stats('public', '${name}', 'practice_id', false) $clear$;
      end if;
    end $$;
  `;
}

/** Hands a SECURITY DEFINER function to the role that sees only what it needs. */
export function ownedBy(owner: string, signature: string, ...callers: string[]): string {
  return /* sql */ `
    grant create on schema public to ${owner};
    alter function ${signature} owner to ${owner};
    revoke create on schema public from ${owner};
    ${executedBy(owner, signature, ...callers)}
  `;
}

/**
 * Leaves a function to these callers alone. Only as its owner: from anybody else PostgreSQL takes the
 * revocation with a warning, and PUBLIC keeps what every new function gives it.
 */
export function executedBy(owner: string, signature: string, ...callers: string[]): string {
  return /* sql */ `
    set local role ${owner};
    revoke all on function ${signature} from public;
    grant execute on function ${signature} to ${callers.join(', ')};
    set local role latchkey_owner;
  `;
}

/** Replaces functions that were handed to `owner`: owner and grants of what is replaced stay as they are. */
export function actingAs(owner: string, sql: string): string {
  return /* sql */ `
    grant create on schema public to ${owner};
    set local role ${owner};
    ${sql}
    set local role latchkey_owner;
    revoke create on schema public from ${owner};
  `;
}

/** Refuses every change of `state` that the machine does not allow, whoever writes it. */
export function stateMachine(table: string, allowed: Record<string, readonly string[]>): string {
  const pairs = Object.entries(allowed).flatMap(([from, targets]) =>
    targets.map((to) => `('${from}', '${to}')`),
  );
  return /* sql */ `
    create function ${table}_transition() returns trigger language plpgsql as $$
    begin
      if (old.state, new.state) in (${pairs.join(', ')}) then return new; end if;
      raise exception '${table}: % cannot become %', old.state, new.state using errcode = 'check_violation';
    end $$;
    create trigger ${table}_transition before update of state on ${table}
      for each row when (old.state is distinct from new.state) execute function ${table}_transition();
  `;
}
