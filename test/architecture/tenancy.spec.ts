import { describe, expect, it } from 'vitest';
import { filesOf, productFiles, read, stringsOf } from './source-files.js';

const migrations = filesOf('migrations/2*.ts').map(read).join('\n');
const tables = [...migrations.matchAll(/create table (\w+) \(/g)].map(([, name]) => name ?? '');
const secured = new Set([...migrations.matchAll(/tenantTable\('(\w+)'/g)].map(([, name]) => name ?? ''));

/** Tables of the installation, which hold nothing of any practice. `practices` secures itself. */
const INSTALLATION = [
  'audit_anchoring',
  'audit_anchors_owed',
  'audit_key',
  'audit_sinks',
  'clock',
  'digest_keys',
  'mail_pulse',
  'openings',
  'operators',
  'request_counts',
  'tally_entries',
  'tally_totals',
];

const mentions = (text: string, table: string) =>
  new RegExp(`\\b(?:from|join|into|update|delete from)\\s+${table}\\b`, 'i').test(text);

describe('tenant tables', () => {
  it('are all under row-level security, or named here as tables of the installation', () => {
    const open = tables.filter((table) => !secured.has(table) && table !== 'practices');
    expect(open.sort()).toEqual(INSTALLATION);
    expect(migrations).toMatch(/alter table practices force row level security/);
  });

  it('lead their primary keys with the practice', () => {
    const keys = [...migrations.matchAll(/create table (\w+) \(([\s\S]*?)\n {6}\)[^;]*;/g)].map(
      ([, table = '', columns = '']) => ({
        table,
        leads: /primary key \(practice_id\b|practice_id uuid primary key/.test(columns),
      }),
    );
    expect(keys.length).toBe(tables.length);
    const astray = keys.filter(({ table, leads }) => !leads && !INSTALLATION.includes(table));
    expect(astray).toEqual([]);
  });
});

describe('SQL in libs', () => {
  const tenantTables = [...secured, 'practices'];
  const statements = productFiles()
    .filter((path) => path.startsWith('libs/'))
    .flatMap((path) =>
      stringsOf(path)
        .filter((text) => tenantTables.some((table) => mentions(text, table)))
        .map((text) => ({ path, text })),
    );

  it('is found at all', () => {
    expect(statements.length).toBeGreaterThan(30);
  });

  it('names the practice in every statement on a tenant table: row-level security is the second wall', () => {
    const bare = statements.filter(({ text }) => !/current_practice\(\)|\bpractice_id\b/.test(text));
    expect(bare).toEqual([]);
  });

  it('takes values as parameters: nothing but constants is pasted into a statement', () => {
    const pasted = statements
      .flatMap(({ path, text }) => [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, name]) => `${path}: ${name}`))
      .filter(
        (place) => !/: (?:[A-Z_]+|query\([A-Z_]+\)|reach \? WITHIN : EVERYBODY|user|credential)$/.test(place),
      );
    expect(pasted).toEqual([]);
  });
});
