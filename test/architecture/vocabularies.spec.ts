import { describe, expect, it } from 'vitest';
import { AUDIT_ACTIONS } from '#audit';
import { DELIVERY_STATES, PROBLEMS, RESET_STATES, SUPPORT_GRANT_STATES } from '#contract';
import { checkModel, MESSAGE_KINDS, type MessageKind } from '../../libs/wording/messages.js';
import { filesOf, productFiles, read, stringsOf } from './source-files.js';

const CATALOGUES = new Set([
  'libs/audit/actions.ts',
  // What is made up happens to nobody.
  'libs/audit/demo-trail.ts',
  'libs/contract/problems.ts',
  'libs/wording/messages.ts',
]);
const said = new Set(
  productFiles()
    .filter((path) => !CATALOGUES.has(path))
    .flatMap(stringsOf),
);

/** What is said with a blank in it, and how the blank is filled there: no name is said by accident. */
const BLANKS: Record<string, readonly string[]> = {
  'audit-retention.${what}': ['raised', 'lowering-requested', 'lowering-confirmed', 'lowering-cancelled'],
  'bulk-password-reset.${change.as}': ['paused', 'resumed', 'cancelled'],
  'bulk-password-reset.${state}': ['completed', 'cancelled'],
  'delivery.${outcome.state}': ['accepted', 'deferred', 'failed'],
  'password-reset.${to}': ['used', 'completed', 'expired', 'superseded', 'cancelled'],
  'support-grant.${what}': ['proposed', 'approved', 'cancelled', 'carried-out', 'expired'],
};
const filled = new Set(
  Object.entries(BLANKS).flatMap(([text, names]) =>
    said.has(text) ? names.map((name) => text.replace(/\$\{.*\}/, name)) : [],
  ),
);
const isSaid = (name: string) => said.has(name) || filled.has(name);

describe('audit actions', () => {
  it('are never renamed', () => {
    expect(Object.keys(AUDIT_ACTIONS)).toMatchSnapshot();
  });

  it('are things that happened, each with a sentence', () => {
    for (const [name, sentence] of Object.entries(AUDIT_ACTIONS)) {
      expect(name).toMatch(/^[a-z]+(?:-[a-z]+)*\.[a-z]+(?:-[a-z]+)*$/);
      expect(sentence).toMatch(/^[A-Z].{10,}[^.]$/);
    }
  });

  it('are all said somewhere', () => {
    const unsaid = Object.keys(AUDIT_ACTIONS).filter((name) => !isSaid(name));
    expect(unsaid.sort()).toEqual([]);
  });

  it('are all looked for by a test, under their full name', () => {
    const tests = filesOf('test/**/*.ts').filter((path) => !path.startsWith('test/architecture/'));
    const sought = tests.map(read).join('\n');
    const untold = Object.keys(AUDIT_ACTIONS).filter((name) => !new RegExp(`['\`=]${name}\\b`).test(sought));
    expect(untold).toEqual([]);
  });
});

describe('problem codes', () => {
  it('are never renamed', () => {
    expect(Object.entries(PROBLEMS).map(([code, { status }]) => `${status} ${code}`)).toMatchSnapshot();
  });

  it('are all used, but for those whose issue is still open', () => {
    const unused = Object.keys(PROBLEMS).filter((code) => !said.has(code));
    expect(unused).toEqual([]);
  });
});

describe('kinds of mail', () => {
  it('are never renamed: each is a header that programs read', () => {
    expect(Object.keys(MESSAGE_KINDS)).toMatchSnapshot();
  });

  it('are the folders of templates/', () => {
    const folders = new Set(filesOf('templates/*/*').map((path) => path.split('/')[1] ?? ''));
    for (const shared of ['_layout', '_words', 'build.mjs', 'compile.mjs']) folders.delete(shared);
    expect([...folders].sort()).toEqual(Object.keys(MESSAGE_KINDS).sort());
  });

  it.each(Object.keys(MESSAGE_KINDS) as MessageKind[])('%s has its three parts and a sample', (kind) => {
    const names = filesOf(`templates/${kind}/*`).map((path) => path.split('/')[2]);
    expect(names).toEqual(['html.mjml', 'sample.json', 'subject.hbs', 'text.hbs']);
    expect(checkModel(kind, JSON.parse(read(`templates/${kind}/sample.json`)))).toBeDefined();
  });

  it('are all posted somewhere', () => {
    const unposted = Object.keys(MESSAGE_KINDS).filter((kind) => !said.has(kind));
    expect(unposted).toEqual([]);
  });
});

describe('states', () => {
  const migrations = filesOf('migrations/2*.ts').map(read).join('\n');

  it.each([
    ['password_resets', RESET_STATES],
    ['deliveries', DELIVERY_STATES],
    ['support_grants', SUPPORT_GRANT_STATES],
  ])('of %s are the same in database and contract', (table, states) => {
    const list = new RegExp(`create table ${table} \\([\\s\\S]*?check \\(state in \\(([^)]*)\\)`).exec(
      migrations,
    );
    const stored = [...(list?.[1] ?? '').matchAll(/'([a-z_]+)'/g)].map(([, state]) => state);
    expect(stored).toEqual([...states]);
    const machine =
      new RegExp(`stateMachine\\('${table}', \\{([\\s\\S]*?)\\}\\)`).exec(migrations)?.[1] ?? '';
    const moved = [...machine.matchAll(/'?([a-z_]+)'?(?=[:,\]])/g)].map(([, state]) => state);
    expect(moved.length).toBeGreaterThan(5);
    expect(moved.filter((state) => !states.some((known) => known === state))).toEqual([]);
  });
});
