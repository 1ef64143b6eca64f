import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MESSAGE_KINDS } from '../../libs/wording/index.js';
import { credentialIn, nextMail } from '../support/mail.js';
import { asAdministrator, defineRole, invite, join } from '../support/people.js';
import { type OpenedPractice, openPractice } from '../support/practice.js';
import { expectFault, expectProblem } from '../support/problems.js';
import { type Product, startProduct } from '../support/product.js';
import { OUR_WELCOME as OURS } from '../support/wording.js';

let product: Product;
let practice: OpenedPractice;
let headers: { authorization: string };
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const NAME = 'member-welcome';

const at = (path = '', name = NAME) => `/api/v1/templates/${name}${path}`;
const fresh = async () => {
  ({ headers } = await asAdministrator(product, practice));
};
const put = (body: object, name = NAME, more: Record<string, string> = {}) =>
  product.http
    .put(at('', name))
    .set({ ...headers, ...more })
    .send(body);
const get = (path = '', name = NAME) => product.http.get(at(path, name)).set(headers);
const actions = async () => {
  const { body } = await product.http.get('/api/v1/audit-events?limit=200').set(headers).expect(200);
  return (body.items as { action: string; target: { id: string }; changes: object }[]).filter(({ action }) =>
    action.startsWith('template.'),
  );
};

describe('a practice’s own wording', () => {
  beforeAll(fresh);

  it('begins with the built-in one, which is allowed as it is in every mail and language', async () => {
    const { body: list } = await product.http.get('/api/v1/templates').set(headers).expect(200);
    expect(list.items.length).toBe(Object.keys(MESSAGE_KINDS).length * 2);
    for (const { name, locale, own } of list.items as { name: string; locale: string; own: boolean }[]) {
      expect(own).toBe(false);
      const { body } = await get(`?locale=${locale}`, name).expect(200);
      expect(body).toMatchObject({ name, locale, own: false, failing: null });
      const { subject, html, text } = body;
      const shown = await product.http
        .post(at('/preview', name))
        .set(headers)
        .send({ subject, html, text, locale });
      expect([name, locale, shown.status, shown.text.slice(0, 300)]).toEqual([
        name,
        locale,
        200,
        expect.anything(),
      ]);
      const builtIn = await product.http.post(at('/preview', name)).set(headers).send({ locale }).expect(200);
      expect(shown.body.text).toBe(builtIn.body.text);
      expect(shown.body.subject).toBe(builtIn.body.subject);
    }
  });

  it('is sent within the layout, with all that a mail must say, and the built-in one again once it is removed', async () => {
    const before = await get().expect(200);
    expect(before.headers['etag']).toBe('"0"');
    const saved = await put(OURS, NAME, { 'if-match': '"0"' }).expect(200);
    expect(saved.body).toMatchObject({ ...OURS, own: true });
    const { welcome, credential } = await invite(product, practice);
    expect(welcome.subject).toMatch(/^Willkommen at Elm Dental/);
    expect(welcome.text).toMatch(/^Dear Mara Quill/);
    expect(credentialIn(welcome)).toBe(credential);
    expect(welcome.text).toContain('- Ada Lindqvist');
    expect(welcome.text).toContain('If that does not help: help@latchkey.example');
    expect(welcome.html).toMatch(/<html lang="en" dir="ltr"/);
    expect(welcome.html).toContain(`<strong>${credential}</strong>`);
    expect(welcome.html).toContain('Ask an administrator of Elm Dental');
    await product.http.delete(at()).set(headers).expect(204);
    expect((await invite(product, practice)).welcome.text).toMatch(/^Hello /);
    expect((await actions()).map(({ action }) => action)).toEqual(['template.removed', 'template.changed']);
  });

  it('is of one language only', async () => {
    await put({ ...OURS, locale: 'es' }).expect(200);
    expect((await invite(product, practice)).welcome.text).toMatch(/^Hello /);
    await product.http.delete(at('?locale=es')).set(headers).expect(204);
  });

  it('keeps its versions, and one can be put in force again', async () => {
    await put(OURS).expect(200);
    await put({ ...OURS, subject: 'Second' }).expect(200);
    const { body } = await get('/versions').expect(200);
    const [newest, first] = body.items as { number: number; subject: string; inForce: boolean }[];
    expect(newest).toMatchObject({ subject: 'Second', inForce: true });
    const restored = await product.http
      .post(at(`/versions/${first?.number}/restoration`))
      .set(headers)
      .expect(200);
    expect(restored.body.subject).toBe(OURS.subject);
    const { headers: tags } = await get().expect(200);
    expect(tags['etag']).toBe(`"${Number(newest?.number) + 1}"`);
    expectProblem(await product.http.post(at('/versions/999/restoration')).set(headers), 404, 'not_found');
    expect((await actions())[0]).toMatchObject({ action: 'template.restored', target: { id: NAME } });
  });

  it('is not overwritten by somebody who has not seen the latest', async () => {
    const { headers: tags } = await get().expect(200);
    await put({ ...OURS, subject: 'Third' }, NAME, { 'if-match': String(tags['etag']) }).expect(200);
    expectProblem(await put(OURS, NAME, { 'if-match': String(tags['etag']) }), 412, 'stale');
  });

  it('is one version, however many save at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => put({ ...OURS, subject: `At once ${index}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const numbers = answers.map(({ headers: tags }) => tags['etag']);
    expect(new Set(numbers).size).toBe(8);
  });

  it('belongs to its practice: another one sees and sends the built-in wording', async () => {
    const other = await openPractice(product);
    const { body } = await product.http.get(at()).set(other.administrator.headers).expect(200);
    expect(body.own).toBe(false);
    const versions = await product.http.get(at('/versions')).set(other.administrator.headers).expect(200);
    expect(versions.body.items).toEqual([]);
  });

  it('is for whoever holds template:manage', async () => {
    await defineRole(product, practice.administrator.userId, 'writer', ['template:manage']);
    const writer = await join(product, practice, ['writer']);
    const staff = await join(product, practice);
    await product.http.get('/api/v1/templates').set(writer.session.headers).expect(200);
    expectProblem(await product.http.get('/api/v1/templates').set(staff.session.headers), 403, 'forbidden');
    expectProblem(await get('', 'no-such-mail'), 404, 'not_found');
  });
});

describe('what a mail must say', () => {
  beforeAll(fresh);

  it.each([
    ['the credential', { text: 'Username: {{username}}' }, '/text'],
    ['the label', { text: 'Username: {{username}}\n{{credential}}' }, '/text'],
    ['its own line', { text: OURS.text.replace('word:\n', 'word: ') }, '/text'],
    ['the username', { text: 'Temporary password:\n{{credential}}' }, '/text'],
    ['the credential in HTML', { html: '<p>{{username}}</p>' }, '/html'],
    [
      'it in every case',
      { text: OURS.text.replace('{{username}}', '{{#if administrators}}{{username}}{{/if}}') },
      '/text',
    ],
    [
      'it where customer service has added them',
      {
        text:
          OURS.text.replace('Temporary password:', '{{#unless bySupport}}\nTemporary password:') +
          '{{/unless}}',
      },
      '/text',
    ],
    ['it once', { text: `${OURS.text}\n\nTemporary password:\nAAAAA` }, '/text'],
  ])('cannot be left out: %s', async (_, change, pointer) => {
    expectFault(await put({ ...OURS, ...change }), pointer, 'placeholder_missing');
  });

  it('and what it must not say cannot be added: the Practice ID, or a line that forges it', async () => {
    const { practiceId } = practice;
    expectFault(await put({ ...OURS, html: `${OURS.html}<p>${practiceId}</p>` }), '/html', 'practice_id');
    expectFault(
      await put({ ...OURS, subject: `For ${practiceId.replace('-', '').toLowerCase()}` }),
      '/subject',
      'practice_id',
    );
    expectFault(
      await put({ ...OURS, text: `${OURS.text}\nPractice ID: AAAAA` }),
      '/text',
      'placeholder_missing',
    );
    expectFault(await put({ ...OURS, subject: 'Use {{credential}}' }), '/subject', 'unknown_name');
  });

  it('must hold in every case: what one case lacks stands in a condition', async () => {
    const text = 'By {{askedBy.name}}\n\nTemporary password:\n{{credential}}';
    const body = { subject: 'x', html: '<p>{{credential}}</p>', text, locale: 'en' };
    expectFault(await put(body, 'temporary-credential'), '/text', 'not_in_every_case');
    const guarded = text.replace(
      '{{askedBy.name}}',
      '{{#if (equals askedBy.kind "administrator")}}{{askedBy.name}}{{/if}}',
    );
    await put({ ...body, text: guarded }, 'temporary-credential').expect(200);
    await product.http.delete(at('', 'temporary-credential')).set(headers).expect(204);
  });
});

describe('a test mail', () => {
  beforeAll(fresh);
  const send = (body: object, name = 'temporary-credential') =>
    product.http.post(at('/test-send', name)).set(headers).send(body);

  it('goes to whoever asks, as a draft, with a temporary password that opens nothing', async () => {
    const draft = {
      subject: 'Draft',
      html: '<p>{{credential}}</p>',
      text: 'Temporary password:\n{{credential}}',
    };
    const { body } = await send({ ...draft, locale: 'es' }).expect(202);
    const mail = await nextMail(product.mailbox, practice.administrator.email, 'temporary-credential');
    expect(mail.subject).toBe('Prueba: Draft');
    expect(credentialIn(mail)).toBe('W8ZHN-B5CJY-E14TF-WA2XR-9D7K3Q');
    const sent = await product.http.get(`/api/v1/deliveries/${body.deliveryId}`).set(headers).expect(200);
    expect(sent.body).toMatchObject({
      template: 'temporary-credential',
      userId: practice.administrator.userId,
    });
    const resets = await product.http.get('/api/v1/password-resets').set(headers).expect(200);
    expect(resets.body.items).toEqual([]);
    expectProblem(
      await product.http.post(`/api/v1/deliveries/${body.deliveryId}/retry`).set(headers),
      409,
      'delivery_final',
    );
  });

  it('sends the wording in force where there is no draft, and no forbidden one', async () => {
    await send({}, 'account-erased').expect(202);
    const mail = await nextMail(product.mailbox, practice.administrator.email, 'account-erased');
    expect(mail.subject).toMatch(/^Test: Your account at Elm Dental/);
    expectFault(await send({ subject: 'x', html: '<script>', text: 'x' }), '/html');
    expectFault(await send({ subject: 'x' }), '/html');
  });

  it('goes to a mailbox six times an hour at most', async () => {
    const answers = [];
    for (let count = 0; count < 6; count += 1) answers.push((await send({})).status);
    expect(answers.filter((status) => status === 202)).toHaveLength(4);
    const full = await send({});
    expectProblem(full, 429, 'too_many_attempts');
    expect(Number(full.headers['retry-after'])).toBeGreaterThan(60);
    await product.advance(3_601);
    await fresh();
    await send({}).expect(202);
  });
});
