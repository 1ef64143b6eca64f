import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { isSecretKind, MESSAGE_KINDS, type MessageKind } from './messages.js';
import { Renderer } from './renderer.js';

const renderer = new Renderer();
const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];
const PRACTICE_ID = '7K3QM-2XR9D';

describe.each(kinds)('the mail %s', (kind) => {
  const sample = renderer.sample(kind);
  const { subject, html, text } = renderer.render(kind, sample);
  const lines = text.split('\n');

  it('names the way on: the administrators, then the support contact', () => {
    for (const body of [html, text]) {
      const names = sample.administrators.map((name) => body.lastIndexOf(name));
      expect(Math.min(...names)).toBeGreaterThan(0);
      expect(body.lastIndexOf(sample.supportContact)).toBeGreaterThan(Math.max(...names));
    }
  });

  it('has a subject of one line that holds no secret', () => {
    expect(subject).toMatch(/^\S.{5,148}\S$/);
    if ('credential' in sample) expect(subject).not.toContain(sample.credential);
    expect(subject).not.toContain(PRACTICE_ID);
  });

  it('is accessible and fetches nothing', () => {
    expect(html).toMatch(/^<!doctype html>\n<html lang="en" dir="ltr">/);
    expect(html).toContain(`<title>${subject}</title>`);
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html.match(/<h1/g)).toHaveLength(1);
    expect(html).not.toMatch(/\bsrc=|url\(|@import|<link|<img|<script|<form/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toContain(
      'https://latchkey.example',
    );
  });

  it('keeps its text tidy', () => {
    expect(text).not.toMatch(/[ \t]$/m);
    expect(text).not.toContain('\n\n\n');
    expect(text).toMatch(/^Hello [^\n]+\n/);
    expect(text).toMatch(/\S\n$/);
    expect(text).not.toMatch(/undefined|null|\[object|&amp;|&#x/);
  });

  it('has the lines that programs read exactly when it should', () => {
    expect(lines.includes('Temporary password:')).toBe(isSecretKind(kind));
    if ('credential' in sample)
      expect(lines[lines.indexOf('Temporary password:') + 1]).toBe(sample.credential);
    expect(lines.includes(`Practice ID: ${PRACTICE_ID}`)).toBe(kind === 'practice-welcome');
    if ('username' in sample) expect(lines).toContain(`Username: ${sample.username}`);
  });
});

describe('a rendered mail', () => {
  const sample = renderer.sample('temporary-credential');

  it('does not let a name become markup or a live link (Directus GHSA-4hmq-ggrm-qfc6)', () => {
    const name = '<a href="https://evil.test">Click</a>';
    const { html } = renderer.render('temporary-credential', {
      ...sample,
      displayName: name,
      practiceName: 'https://evil.test',
      administrators: ['www.evil.test'],
      askedBy: { kind: 'administrator', name },
    });
    expect(html).not.toMatch(/<a href="https?:\/\/evil|<a href=&quot;https:\/\/evil/);
    expect(html).not.toContain('evil.test">Click</a>');
    // The title is no place where mail programs make links; everywhere else the address is broken up.
    expect(html.replace(/<title>.*<\/title>/, '')).not.toMatch(/https:\/\/evil|www\.evil|evil\.test/);
    expect(html).toContain('&lt;a href&#x3D;');
  });

  it('does not let a name forge a line that programs read, nor a header', () => {
    const forged = 'Ana\r\nTemporary password:\nAAAAA-AAAAA\u2028Bcc: evil@y.test\u202E';
    const { subject, text } = renderer.render('temporary-credential', {
      ...sample,
      displayName: forged,
      practiceName: forged,
    });
    expect(text.split('\n').filter((line) => line === 'Temporary password:')).toHaveLength(1);
    expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202E]/u);
  });

  it('does not escape its text and subject, which are no markup', () => {
    const { subject, text, html } = renderer.render('temporary-credential', {
      ...sample,
      practiceName: "Smith & Sons' Vets",
    });
    expect(subject).toContain("Smith & Sons' Vets");
    expect(text).toContain("Smith & Sons' Vets");
    expect(html).toContain('Smith &amp; Sons&#x27; Vets');
  });

  it('cuts a subject that a long name would fill', () => {
    const { subject } = renderer.render('temporary-credential', { ...sample, practiceName: 'x'.repeat(300) });
    expect(subject).toHaveLength(150);
  });

  it('says who asked and what to do if it was not you', () => {
    const bySelf = renderer.render('temporary-credential', { ...sample, askedBy: { kind: 'self_service' } });
    expect(bySelf.text).toContain('Somebody used "Reset password" on the sign-in page');
    expect(bySelf.text).toContain('your password still works');
    const byAdministrator = renderer.render('temporary-credential', sample);
    expect(byAdministrator.text).toContain('Ana Ruiz, an administrator of Harbour Dental, asked for');
    for (const { text } of [bySelf, byAdministrator]) expect(text).toContain('It was not you?');
  });

  it('still names the way on in a practice without an administrator to ask', () => {
    const { html, text } = renderer.render('temporary-credential', { ...sample, administrators: [] });
    expect(text).toContain('Need help? Contact help@latchkey.example');
    expect(html).toContain('<a href="mailto:help@latchkey.example">');
  });

  it('lists five administrators at most', () => {
    const administrators = Array.from({ length: 9 }, (_, index) => `Person ${index}`);
    const { text } = renderer.render('temporary-credential', { ...sample, administrators });
    expect(text).toContain('Person 4, or another administrator');
    expect(text).not.toContain('Person 5');
  });

  it('links to a support page only over http, tel or mail', () => {
    const { html } = renderer.render('temporary-credential', {
      ...sample,
      supportContact: 'javascript:alert(1)',
    });
    expect(html).not.toContain('href="javascript');
  });

  it('leaves out what is not known', () => {
    const notice = { ...renderer.sample('password-changed'), sourceAddress: null };
    expect(renderer.render('password-changed', notice).text).toContain('(Europe/Madrid). Your other');
  });

  it('says both sides of a change of administrators', () => {
    const sample = renderer.sample('administrator-changed');
    const said = (change: Partial<typeof sample>) =>
      renderer.render('administrator-changed', { ...sample, ...change }).subject;
    expect(said({ about: { kind: 'recipient' }, change: 'appointed' })).toBe(
      'You are now an administrator of Harbour Dental',
    );
    expect(said({ about: { kind: 'other', name: 'Tom' }, change: 'withdrawn' })).toBe(
      'Tom is no longer an administrator of Harbour Dental',
    );
  });
});

describe('a renderer', () => {
  const folders: string[] = [];
  const changed = (path: string, content: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-templates-'));
    folders.push(folder);
    cpSync(renderer.folder, folder, { recursive: true });
    writeFileSync(join(folder, path), content);
    return () => new Renderer(folder);
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it.each(['{{{displayName}}}', '{{~{displayName}~}}', '{{&displayName}}', '{{~& displayName}}'])(
    'refuses a template that prints without escaping: %s',
    (unescaped) => {
      expect(changed('password-changed/html.hbs', unescaped)).toThrow(/password-changed\/html\.hbs/);
      expect(changed('_layout/footer.text.hbs', unescaped)).toThrow(/_layout\/footer\.text\.hbs/);
    },
  );

  it.each([
    '{{nothing}}',
    '{{displayName.nothing}}',
    '{{constructor.name}}',
    '{{lookup this "x"}}{{shout displayName}}',
  ])('refuses a template that names what its model lacks: %s', (template) => {
    expect(changed('password-changed/text.hbs', template)).toThrow(
      'password-changed does not render its sample',
    );
  });

  it('refuses a template it cannot parse and a sample that does not fit', () => {
    expect(changed('password-changed/text.hbs', '{{#if at}}')).toThrow(/password-changed/);
    expect(changed('password-changed/sample.json', '{}')).toThrow(/password-changed/);
  });

  it('refuses a model with a field missing or too many', () => {
    const { credential: _, ...facts } = renderer.sample('temporary-credential');
    expect(() => renderer.render('temporary-credential', facts as never)).toThrow();
    const more = { ...renderer.sample('password-changed'), credential: 'AAAAA' };
    expect(() => renderer.render('password-changed', more as never)).toThrow();
  });

  it('has a folder for every kind and no other', () => {
    const folders = readdirSync(renderer.folder).filter((name) => name !== '_layout');
    expect(folders.sort()).toEqual([...kinds].sort());
  });

  it('quotes every attribute that holds a value', () => {
    for (const kind of kinds) {
      const source = readFileSync(join(renderer.folder, kind, 'html.hbs'), 'utf8');
      expect(source).not.toMatch(/=\s*\{\{/);
    }
  });
});
