import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BuiltInMails, MESSAGE_KINDS, type MessageKind, Renderer } from '../../../libs/wording/index.js';
import { credentialIn, type Mail, nextMail } from '../../support/mail.js';
import { asAdministrator } from '../../support/people.js';
import { type OpenedPractice, openPractice } from '../../support/practice.js';
import { expectFault } from '../../support/problems.js';
import { type Product, startProduct } from '../../support/product.js';

/** Stands in names where a mail program would make a link of them. */
const BREAKER = '\u200c';

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

let counter = 0;

/** Adds somebody of that name to a practice of that name, and returns the mail that greets them. */
async function welcome(displayName: string, practiceName = 'Elm Dental'): Promise<Mail> {
  const { headers } = await asAdministrator(product, practice);
  const { http, mailbox } = product;
  await http.patch('/api/v1/practice').set(headers).send({ name: practiceName }).expect(200);
  counter += 1;
  const [username, email] = [`hostile${counter}`, `hostile${counter}@elm.example`];
  await http
    .post('/api/v1/users')
    .set(headers)
    .send({ username, displayName, email, roles: ['staff'] })
    .expect(201);
  return nextMail(mailbox, email, 'member-welcome');
}

describe('Directus GHSA-4hmq-ggrm-qfc6: markup in a name is no markup and no live link in the mail', () => {
  it.each([
    '<a href="https://evil.test/">Reset here</a>',
    '<img src=x onerror=alert(1)>',
    '</p></td></table><script>alert(1)</script>',
    '"><svg/onload=alert(1)>',
    '&lt;b&gt; &#60;b&#62;',
    'javascript:alert(1)',
  ])('%s', async (name) => {
    for (const { html, text } of [await welcome(name), await welcome('Bo', name)]) {
      const markup = `${html}`.replaceAll(BREAKER, '');
      expect(markup).not.toMatch(/<(?:script|img|svg)\b|href="(?:https:\/\/evil|javascript)/i);
      // What is text stays text: the person still reads the name that was typed.
      expect(text).toContain(name.slice(0, 5));
    }
  });

  it.each(['https://evil.test/reset', 'www.evil.test', 'evil.test', 'call@evil.test'])(
    'nor does a mail program make a link of %s by itself',
    async (name) => {
      const { html } = await welcome(`Go to ${name}`);
      expect(html).not.toContain(name);
      const shown = `${html}`.replaceAll(BREAKER, '').replaceAll('&#8204;', '').replaceAll('&zwnj;', '');
      expect(shown).toContain('evil.test');
    },
  );

  it('nor does it forge the lines that a person copies and a program reads', async () => {
    const mail = await welcome('Bo Temporary password: AAAAA', 'Elm\u2009Practice ID: EVIL0-00000');
    expect(credentialIn(mail)).not.toBe('AAAAA');
    expect(mail.text.split('\n').filter((line) => line.startsWith('Practice ID:'))).toEqual([]);
    expect(mail.text.split('\n').filter((line) => line.startsWith('Temporary password:'))).toHaveLength(1);
  });
});

describe('Handlebars CVE-2026-33937, Handlebars CVE-2026-106446, Strapi CVE-2023-22621: what people type is never a template, and templates reach no prototype', () => {
  it.each([
    '{{constructor.constructor "return process.env"}}',
    '{{#with "s" as |s|}}{{s.sub.constructor}}{{/with}}',
    '{{lookup this "__proto__"}}',
    '<%= process.env %>',
    '${process.env}',
    '{{{temporaryPassword}}}',
    '{{> layout}}',
  ])('a name like %s is printed as it was typed', async (name) => {
    const mail = await welcome(name);
    expect(mail.text.replaceAll(BREAKER, '')).toContain(name);
    expect(`${mail.html}${mail.text}`).not.toContain('PATH');
  });

  it.each([
    ['a parsed template instead of a text', { type: 'Program', body: [] }, 'invalid_type'],
    ['a constructor', '{{constructor.constructor "return process.env"}}', 'unknown_name'],
    [
      'a prototype by `with` and `split`',
      '{{#with "s" as |s|}}{{s.sub.constructor}}{{/with}}',
      'not_allowed',
    ],
    ['`lookup`', '{{lookup this "__proto__"}}', 'unknown_name'],
    ['a partial', '{{> (lookup this "x")}}', 'not_allowed'],
    ['a decorator', '{{#*inline "x"}}{{/inline}}', 'not_allowed'],
    ['a raw value', '{{{displayName}}}', 'not_allowed'],
    ['blocks without end', '{{#if displayName}}'.repeat(700) + '{{/if}}'.repeat(700), 'too_complex'],
    ['more than a mail holds', 'x'.repeat(20_001), 'too_big'],
  ])('no practice can save a template with %s', async (_, text, code) => {
    const { headers } = await asAdministrator(product, practice);
    const body = { subject: 'x', html: 'x', text, locale: 'en' };
    expectFault(
      await product.http.put('/api/v1/templates/password-changed').set(headers).send(body),
      '/text',
      code,
    );
  });

  it('what is stored for a mail is checked again before it is rendered', async () => {
    const { headers } = await asAdministrator(product, practice);
    const { database, http } = product;
    await product.stopWorker();
    const email = 'planted@elm.example';
    const person = { username: 'planted', displayName: 'Bo', email, roles: ['staff'] };
    await http.post('/api/v1/users').set(headers).send(person).expect(201);
    await database.query(
      `update deliveries set facts = facts || '{"__proto__": {"x": 1}, "constructor": "y", "displayName": {"toString": "z"}}'
       where recipient = $1`,
      [email],
    );
    await product.startWorker();
    const tried = () =>
      database.query<{ state: string; attempts: number }>(
        `select d.state, o.attempts from deliveries d join outbox o on o.delivery_id = d.id where d.recipient = $1`,
        [email],
      );
    await vi.waitFor(async () => expect((await tried())[0]?.attempts).toBeGreaterThan(0), 5_000);
    expect((await tried())[0]?.state).not.toBe('accepted');
    expect(product.mailbox.messages({ to: email, limit: 10 })).toEqual([]);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});

describe('Handlebars compiles anything and lets `javascript:` stand in attributes: templates are ours, small, and link nowhere else', () => {
  const built = new BuiltInMails();
  const place = { locale: 'en', timeZone: 'UTC' } as const;

  /** The product's mails with the text of one replaced. */
  function mailsWith(text: string): BuiltInMails {
    const compiled = structuredClone(built.compiled);
    compiled.locales.en.mails['member-welcome'].text = text;
    return new BuiltInMails(compiled);
  }

  it.each([
    ['nested too deeply', '{{#if displayName}}'.repeat(2_500) + '{{/if}}'.repeat(2_500)],
    ['that reaches for a prototype', '{{displayName.constructor}}'],
    ['that reaches for __proto__', '{{__proto__.polluted}}'],
    ['that reaches for one by `lookup`', '{{lookup displayName "constructor"}}'],
    ['that writes to the log', '{{log temporaryPassword}}'],
    ['that prints without escaping', '{{{displayName}}}'],
  ])('one %s stops the process at its start, by name', (_, part) => {
    expect(() => new Renderer(mailsWith(part))).toThrow(/member-welcome|without escaping/);
  });

  it('a link in a mail is PUBLIC_URL or the support contact, whose scheme is checked', () => {
    const sources = (Object.keys(MESSAGE_KINDS) as MessageKind[]).map(
      (kind) => built.source(kind, 'en').html,
    );
    const hrefs = sources.flatMap((html) =>
      [...html.matchAll(/\b(?:href|src|action|background)\s*=\s*("[^"]*"|\S+)/gi)].map(
        ([, value = '']) => value,
      ),
    );
    expect(hrefs.length).toBeGreaterThan(5);
    expect([...new Set(hrefs)].sort()).toEqual(['"{{consoleUrl}}"', '"{{supportHref}}"']);
    const model = { ...built.sample('password-changed'), supportContact: 'javascript:alert(1)' };
    expect(new Renderer().render('password-changed', model, place).html).not.toMatch(/href="javascript/i);
  });
});
