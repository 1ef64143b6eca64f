import { describe, expect, it } from 'vitest';
import { LOCALES, type Locale } from '#contract';
import { BuiltInMails } from './built-in-mails.js';
import { isSecretKind, MESSAGE_KINDS, type MessageKind, type MessageModel } from './messages.js';
import { Renderer } from './renderer.js';

const mails = new BuiltInMails();
const renderer = new Renderer(mails);
const kinds = Object.keys(MESSAGE_KINDS) as MessageKind[];
const PRACTICE_ID = '7K3QM-2XR9D';
const MADRID = { locale: 'en', timeZone: 'Europe/Madrid' } as const;
const HELLO = { en: /^Hello [^\n]+,\n/, es: /^Hola, [^\n]+:\n/ };

const render = <K extends MessageKind>(kind: K, model: MessageModel<K>) =>
  renderer.render(kind, model, MADRID);

const each = LOCALES.flatMap((locale) => kinds.map((kind) => ({ kind, locale })));

describe.each(each)('the mail $kind in $locale', ({ kind, locale }) => {
  const sample = mails.sample(kind);
  const { subject, html, text } = renderer.render(kind, sample, { ...MADRID, locale });
  const lines = text.split('\n');

  it('names the way on: the administrators, then the support contact', () => {
    for (const body of [html, text]) {
      const names = sample.administrators.map((name) => body.lastIndexOf(name));
      expect(Math.min(...names)).toBeGreaterThan(0);
      const contact =
        sample.supportContact === mails.operator('en') ? mails.operator(locale) : sample.supportContact;
      expect(body.lastIndexOf(contact)).toBeGreaterThan(Math.max(...names));
    }
  });

  it('has a subject of one line that holds no secret', () => {
    expect(subject).toMatch(/^\S.{5,148}\S$/);
    if ('credential' in sample) expect(subject).not.toContain(sample.credential);
    expect(subject).not.toContain(PRACTICE_ID);
  });

  it('is accessible and fetches nothing', () => {
    expect(html.startsWith(`<!doctype html>\n<html lang="${locale}" dir="ltr"`)).toBe(true);
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
    expect(text).toMatch(HELLO[locale]);
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
  const sample = mails.sample('temporary-credential');

  it('does not let a name become markup or a live link (Directus GHSA-4hmq-ggrm-qfc6)', () => {
    const name = '<a href="https://evil.test">Click</a>';
    const { html } = render('temporary-credential', {
      ...sample,
      displayName: name,
      practiceName: 'https://evil.test',
      administrators: ['www.evil.test'],
      askedBy: { kind: 'administrator', name },
    });
    expect(html).not.toMatch(/<a href="https?:\/\/evil|<a href=&quot;https:\/\/evil/);
    expect(html).not.toContain('evil.test">Click</a>');
    // Title and label are no places where mail programs make links; everywhere else the address is broken up.
    expect(html.replace(/<title>.*<\/title>|aria-label="[^"]*"/g, '')).not.toMatch(
      /https:\/\/evil|www\.evil|evil\.test/,
    );
    expect(html).toContain('&lt;a href&#x3D;');
  });

  it('does not let a name forge a line that programs read, nor a header', () => {
    const forged = 'Ana\r\nTemporary password:\nAAAAA-AAAAA\u2028Bcc: evil@y.test\u202E';
    const { subject, text } = render('temporary-credential', {
      ...sample,
      displayName: forged,
      practiceName: forged,
    });
    expect(text.split('\n').filter((line) => line === 'Temporary password:')).toHaveLength(1);
    expect(subject).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u202E]/u);
  });

  it('does not escape its text and subject, which are no markup', () => {
    const { subject, text, html } = render('temporary-credential', {
      ...sample,
      practiceName: "Smith & Sons' Vets",
    });
    expect(subject).toContain("Smith & Sons' Vets");
    expect(text).toContain("Smith & Sons' Vets");
    expect(html).toContain('Smith &amp; Sons&#x27; Vets');
  });

  it('cuts a subject that a long name would fill', () => {
    const { subject } = render('temporary-credential', { ...sample, practiceName: 'x'.repeat(300) });
    expect(subject).toHaveLength(150);
  });

  it('says who asked and what to do if it was not you', () => {
    const bySelf = render('temporary-credential', { ...sample, askedBy: { kind: 'self_service' } });
    expect(bySelf.text).toContain('Somebody used "Reset password" on the sign-in page');
    expect(bySelf.text).toContain('your password still works');
    const byAdministrator = render('temporary-credential', sample);
    expect(byAdministrator.text).toContain('Ana Ruiz, an administrator of Harbour Dental, asked for');
    for (const { text } of [bySelf, byAdministrator]) expect(text).toContain('It was not you?');
  });

  it('still names the way on in a practice without an administrator to ask', () => {
    const { html, text } = render('temporary-credential', { ...sample, administrators: [] });
    expect(text).toContain('Need help? Contact help@latchkey.example');
    expect(html).toContain('<a href="mailto:help@latchkey.example">');
  });

  it('lists five administrators at most', () => {
    const administrators = Array.from({ length: 9 }, (_, index) => `Person ${index}`);
    const { text } = render('temporary-credential', { ...sample, administrators });
    expect(text).toContain('Person 4, or another administrator');
    expect(text).not.toContain('Person 5');
  });

  it('links to a support page only over http, tel or mail', () => {
    const { html } = render('temporary-credential', {
      ...sample,
      supportContact: 'javascript:alert(1)',
    });
    expect(html).not.toContain('href="javascript');
  });

  it('leaves out what is not known', () => {
    const notice = { ...mails.sample('password-changed'), sourceAddress: null };
    expect(render('password-changed', notice).text).toContain('(Europe/Madrid). Your other');
  });

  it('says both sides of a change of administrators', () => {
    const sample = mails.sample('administrator-changed');
    const said = (change: Partial<typeof sample>) =>
      render('administrator-changed', { ...sample, ...change }).subject;
    expect(said({ about: { kind: 'recipient' }, change: 'appointed' })).toBe(
      'You are now an administrator of Harbour Dental',
    );
    expect(said({ about: { kind: 'other', name: 'Tom' }, change: 'withdrawn' })).toBe(
      'Tom is no longer an administrator of Harbour Dental',
    );
  });
});

describe('the two languages', () => {
  it('say moments, choices and the unnamed operator each in their own words', () => {
    const sample = mails.sample('delivery-failed');
    const model = { ...sample, supportContact: mails.operator('en') };
    const inSpanish = renderer.render('delivery-failed', model, { ...MADRID, locale: 'es' });
    expect(inSpanish.text).toContain('martes, 24 de noviembre de 2026, 09:14 (Europe/Madrid)');
    expect(inSpanish.text).toContain('Ana Ruiz o Tom Berg');
    expect(inSpanish.text).toContain('el operador de esta instalación');
    expect(render('delivery-failed', model).text).toContain(
      'Tuesday, 24 November 2026, 09:14 (Europe/Madrid)',
    );
  });

  it('name customer service where it added somebody, also to a practice that words this itself', () => {
    const sample = { ...mails.sample('member-welcome'), addedBy: mails.operator('en'), bySupport: true };
    expect(render('member-welcome', sample).text).toContain('Customer service added you to Harbour Dental.');
    const inSpanish = { ...MADRID, locale: 'es' } as const;
    expect(renderer.render('member-welcome', sample, inSpanish).html).toContain(
      'El servicio de atención al cliente le ha añadido a Harbour Dental.',
    );
    const { plain } = mails.values('member-welcome', sample, inSpanish);
    expect(plain).toMatchObject({ addedBy: mails.operator('es') });
  });

  it('have a sentence for everything, with the same values in it', () => {
    const { en, es } = mails.compiled.locales;
    const named = (text: string) => [...new Set(text.match(/\{\{[^}]+\}\}/g))].sort();
    for (const kind of kinds) {
      for (const part of ['subject', 'html', 'text'] as const) {
        expect([kind, part, named(es.mails[kind][part])]).toEqual([kind, part, named(en.mails[kind][part])]);
      }
    }
  });

  it('print moments that were put into words before an upgrade as they are', () => {
    const model = { ...mails.sample('password-changed'), at: 'Tuesday, 24 November 2026' };
    expect(render('password-changed', model).text).toContain('changed on Tuesday, 24 November 2026');
  });
});

describe('a renderer', () => {
  type Part = 'subject' | 'html' | 'text';
  const changed = (part: Part, content: string, locale: Locale = 'en') => {
    const compiled = structuredClone(mails.compiled);
    compiled.locales[locale].mails['password-changed'][part] = content;
    return () => new Renderer(new BuiltInMails(compiled));
  };

  it.each(['{{{displayName}}}', '{{~{displayName}~}}', '{{&displayName}}', '{{~& displayName}}'])(
    'refuses a template that prints without escaping: %s',
    (unescaped) => {
      expect(changed('html', unescaped)).toThrow('html of password-changed (en)');
      expect(changed('text', unescaped, 'es')).toThrow('text of password-changed (es)');
    },
  );

  it.each([
    '{{nothing}}',
    '{{displayName.nothing}}',
    '{{constructor.name}}',
    '{{lookup this "x"}}{{shout displayName}}',
    '{{#if at}}',
  ])('refuses a template that cannot be parsed or names what its model lacks: %s', (template) => {
    expect(changed('text', template)).toThrow('password-changed (en) does not render its sample');
  });

  it('refuses a model with a field missing or too many', () => {
    const { credential: _, ...facts } = mails.sample('temporary-credential');
    expect(() => render('temporary-credential', facts as never)).toThrow();
    const more = { ...mails.sample('password-changed'), credential: 'AAAAA' };
    expect(() => render('password-changed', more as never)).toThrow();
  });

  it('quotes every attribute that holds a value', () => {
    for (const { kind, locale } of each) {
      expect(mails.source(kind, locale).html).not.toMatch(/=\s*\{\{/);
    }
  });
});
