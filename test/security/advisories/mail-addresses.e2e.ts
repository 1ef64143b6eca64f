import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileOf, importFile } from '../../support/imports.js';
import { credentialIn, mailsTo, nextMail } from '../../support/mail.js';
import { asAdministrator, join, type Member } from '../../support/people.js';
import { ANSWER, type OpenedPractice, openPractice, PASSWORD } from '../../support/practice.js';
import { expectFault, expectProblem } from '../../support/problems.js';
import { ORIGIN, type Product, startProduct } from '../../support/product.js';
import { answerQuestion, challenge } from '../../support/recovery.js';

const EVIL = 'evil@y.test';
/** Texts in which one parser finds one address and another parser finds another, or several. */
const AMBIGUOUS = [
  `a@x.test\r\nBcc: ${EVIL}`,
  `a@x.test\nRCPT TO:<${EVIL}>`,
  `a@x.test, ${EVIL}`,
  `a@x.test;${EVIL}`,
  `a@x.test ${EVIL}`,
  `"a@x.test" <${EVIL}>`,
  `a@x.test <${EVIL}>`,
  `<${EVIL}>`,
  `group:${EVIL},a@x.test;`,
  `a@x.test(${EVIL})`,
  `"a@x.test, ${EVIL}"@z.test`,
  `a@x.test@y.test`,
  `=?utf-8?q?a=40x.test=2C?=@y.test`,
  'a@[127.0.0.1]',
  'a@x.test\0',
  'a%y.test@',
];

let product: Product;
let practice: OpenedPractice;
beforeAll(async () => {
  product = await startProduct();
  practice = await openPractice(product);
});
afterAll(() => product.stop());

const headers = async () => (await asAdministrator(product, practice)).headers;
const ask = (username: string) =>
  answerQuestion(product, { practiceId: practice.practiceId, username, answer: ANSWER });
const mailed = ({ email }: Member) => mailsTo(product, email, 'temporary-credential');
const newcomer = (email: unknown) => ({ username: 'bo', displayName: 'Bo', email, roles: ['staff'] });

describe('GitLab CVE-2023-7028: a reset goes to one address, the stored one, whatever a request says', () => {
  it.each([[['mara@elm.example', EVIL]], [{ 0: EVIL }], [[EVIL]]])(
    'takes no list where an address belongs: %j',
    async (email) => {
      const own = await headers();
      const member = practice.administrator.userId;
      expectFault(await product.http.post('/api/v1/users').set(own).send(newcomer(email)), '/email');
      expectFault(await product.http.patch(`/api/v1/users/${member}`).set(own).send({ email }), '/email');
      const administrator = { username: 'bo', displayName: 'Bo', email, password: PASSWORD };
      const opening = await product.http.post('/api/v1/practices').send({ name: 'Oak', administrator });
      expectFault(opening, '/administrator/email');
    },
  );

  it('takes no address at all where a reset is asked for', async () => {
    const member = await join(product, practice);
    const { practiceId } = practice;
    const { username } = member;
    const { ticket } = await challenge(product, practiceId, username);
    const asked = { practiceId, username, email: [member.email, EVIL] };
    expectFault(await product.http.post('/api/v1/password-resets/challenges').send(asked), '/email');
    const answered = { ticket, answer: ANSWER, email: EVIL };
    expectFault(await product.http.post('/api/v1/password-resets').send(answered), '/email');
    const path = `/api/v1/users/${member.id}/password-reset`;
    expectFault(
      await product.http
        .post(path)
        .set(await headers())
        .send({ email: EVIL }),
      '/email',
    );
    expect(await mailed(member)).toEqual([]);
    expect(product.mailbox.messages({ to: EVIL, limit: 10 })).toEqual([]);
  });
});

describe('nodemailer CVE-2026-90776: an address is never parsed into others, and is read in no time', () => {
  it.each(AMBIGUOUS)('is refused when it is typed: %j', async (email) => {
    expectFault(
      await product.http
        .post('/api/v1/users')
        .set(await headers())
        .send(newcomer(email)),
      '/email',
    );
  });

  it('is refused when it stands in a file, line by line, and nobody is mailed', async () => {
    const typed = AMBIGUOUS.filter((email) => !email.includes('\0'));
    const lines = typed.map((email, nth) => `evil${nth},Eve,"${email.replaceAll('"', '""')}",staff`);
    const { rows } = await importFile(product, await headers(), fileOf(...lines));
    expect(rows.map(({ outcome }) => outcome)).toEqual(typed.map(() => 'failed'));
    expect(rows.every(({ reason }) => reason?.startsWith('email: '))).toBe(true);
    expect(product.mailbox.messages({ to: EVIL, limit: 10 })).toEqual([]);
  });

  it('is refused in no time, however long and nested', async () => {
    const own = await headers();
    for (const email of [
      '('.repeat(50_000),
      `${'"a" '.repeat(8_000)}@x.test`,
      `${'a.'.repeat(30_000)}@x.test`,
    ]) {
      const from = performance.now();
      expectFault(await product.http.post('/api/v1/users').set(own).send(newcomer(email)), '/email');
      expect(performance.now() - from).toBeLessThan(1_000);
    }
  });
});

describe('ZITADEL GHSA-2wmj-46rj-qm2w, couch-auth CVE-2025-70948, Keycloak CVE-2017-12161: links in mails are made of PUBLIC_URL, never of a request', () => {
  const FORGED = {
    host: 'evil.test',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '8443',
    'x-forwarded-prefix': '/evil.test',
    'x-original-url': 'http://evil.test/',
    'x-rewrite-url': 'http://evil.test/',
    forwarded: 'host=evil.test;proto=https;for=203.0.113.9',
  };

  it('whoever asks and however', async () => {
    const member = await join(product, practice);
    const own = await headers();
    const { practiceId } = practice;
    const asked = await product.http
      .post('/api/v1/password-resets/challenges')
      .set(FORGED)
      .send({ practiceId, username: member.username });
    await product.http
      .post('/api/v1/password-resets')
      .set(FORGED)
      .send({ ticket: asked.body.ticket, answer: ANSWER })
      .expect(202);
    await nextMail(product.mailbox, member.email, 'temporary-credential');
    const answer = await product.http
      .post(`/api/v1/users/${member.id}/password-reset`)
      .set({ ...own, ...FORGED });
    expect(answer.headers['location']).toMatch(/^\/api\/v1\/password-resets\/[0-9a-f-]+$/);
    const mails = await mailed(member);
    expect(mails).toHaveLength(2);
    for (const { html, text } of mails) {
      expect(`${html}${text}`).not.toMatch(/evil\.test|8443/);
      const links = [...`${html}`.matchAll(/href="([^"]*)"/g)].map(([, href]) => href ?? '');
      expect(links.filter((href) => !href.startsWith('mailto:help@latchkey.example'))).not.toEqual([]);
      for (const href of links) {
        expect(href.startsWith(`${ORIGIN}/`) || href === ORIGIN || href.startsWith('mailto:'), href).toBe(
          true,
        );
      }
    }
  });

  it('nor is a cookie marked by what a request says of itself', async () => {
    const { practiceId } = practice;
    const { headers: sent } = await product.http
      .post('/api/v1/sessions')
      .set(FORGED)
      .send({ practiceId, username: 'ada', password: PASSWORD })
      .expect(201);
    const cookies = (sent['set-cookie'] ?? []) as unknown as string[];
    expect(cookies).not.toHaveLength(0);
    for (const cookie of cookies) expect(cookie).not.toMatch(/Domain=|Secure|__Host-/i);
  });
});

describe('Django CVE-2019-19844, Directus GHSA-qw9g-7549-7wg5: look-alike letters lead to no other address', () => {
  it('sends to the address on file, also when the name was typed in other letters that mean the same', async () => {
    const member = await join(product, practice);
    // Fullwidth letters are the same name after NFKC; the mail goes to what was stored, not to what was typed.
    const fullwidth = Array.from(member.username)
      .map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0))
      .join('');
    expect((await ask(fullwidth)).status).toBe(202);
    expect((await mailed(member)).map(({ to }) => to)).toEqual([member.email]);
  });

  it.each(['\u0131', '\u0430', '\u0261', '\u1d0d'])('sends nothing for a look-alike: %s', async (letter) => {
    const own = await headers();
    const username = `mikag${letter.codePointAt(0)}`;
    const email = `${username}@elm.example`;
    const person = { username, displayName: 'Mika', email, roles: ['staff'] };
    const { body } = await product.http.post('/api/v1/users').set(own).send(person).expect(201);
    const welcome = await nextMail(product.mailbox, email, 'member-welcome');
    const session = { practiceId: practice.practiceId, password: credentialIn(welcome) };
    const alike = username.replace(/[iagm]/, letter);
    expectProblem(
      await product.http.post('/api/v1/sessions').send({ ...session, username: alike }),
      401,
      'invalid_credentials',
    );
    const patch = (change: object) => product.http.patch(`/api/v1/users/${body.id}`).set(own).send(change);
    expectFault(await patch({ email: `m${letter}ka@elm.example` }), '/email');
    expectFault(await patch({ email: `mika@${letter}lm.example` }), '/email');
    expectFault(
      await product.http
        .post('/api/v1/users')
        .set(own)
        .send({ ...person, username: alike }),
      '/username',
    );
  });
});
