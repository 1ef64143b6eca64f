import { simpleParser } from 'mailparser';
import { describe, expect, it } from 'vitest';
import { composeMessage, type OutgoingMail } from './mime-message.js';

const from = { name: 'Latchkey', address: 'no-reply@latchkey.example' };
const mail: OutgoingMail = {
  practiceId: '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0002',
  deliveryId: '019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001',
  kind: 'temporary-credential',
  to: 'lee@practice.example',
  subject: 'Your temporary password',
  html: '<p>Hello</p>\n',
  text: 'Hello\n\nTemporary password:\nAAAAA-BBBBB\n',
};

describe('a composed message', () => {
  it('carries the headers that programs and mail robots read', () => {
    const raw = composeMessage(mail, from);
    const header = raw.slice(0, raw.indexOf('\r\n\r\n')).split('\r\n');
    expect(header).toEqual(
      expect.arrayContaining([
        'From: Latchkey <no-reply@latchkey.example>',
        'To: lee@practice.example',
        'Message-ID: <019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001@latchkey.example>',
        'Auto-Submitted: auto-generated',
        'X-Auto-Response-Suppress: All',
        'X-Latchkey-Template: temporary-credential',
        'X-Latchkey-Delivery: 019ab0c4-2f0e-7cc1-9b3f-5d2f1a7c0001',
      ]),
    );
    expect(raw).not.toMatch(/[^\r]\n/);
  });

  it('is the same at every attempt but for its date', () => {
    const [one, other] = [0, 1].map(() => composeMessage(mail, from).replace(/^Date: .*$/m, ''));
    expect(one).toBe(other);
  });

  it.each([
    ['plain', 'Hello\n\n.\nFrom here\n', 'Your password'],
    [
      'accents',
      'Grüße aus der Praxis – 你好 🦷\n',
      'Grüße 🦷 aus der sehr langen Praxis am Hafen, nur für Sie und niemanden sonst',
    ],
    ['an overlong line', `${'x'.repeat(1500)}\n`, `Practice ${'x'.repeat(120)}`],
    ['an encoded word', '=?utf-8?Q?Bcc?=\n', '=?utf-8?Q?Bcc:_evil?='],
  ])('arrives as it was written: %s', async (_, text, subject) => {
    const raw = composeMessage(
      { ...mail, text, html: `<p>${text}</p>`, subject },
      { ...from, name: 'Müller & Söhne' },
    );
    expect(raw).toMatch(/^[\t\r\n\x20-\x7e]*$/);
    expect(raw.split('\r\n').every((line) => line.length <= 998)).toBe(true);
    const parsed = await simpleParser(raw);
    expect(parsed.subject).toBe(subject);
    expect(parsed.text).toBe(text);
    expect(parsed.html).toBe(`<p>${text}</p>`);
    expect(parsed.from?.value).toEqual([{ name: 'Müller & Söhne', address: from.address }]);
  });

  it('lets no subject or sender begin another header', async () => {
    const subject = 'Hi\r\nBcc: evil@y.test\r\n\r\nbody';
    const parsed = await simpleParser(
      composeMessage({ ...mail, subject }, { ...from, name: 'A"\nBcc: b@y.test' }),
    );
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.headers.has('bcc')).toBe(false);
    expect(parsed.subject).toBe('Hi Bcc: evil@y.test body');
  });

  it('is refused for a delivery id that is none', () => {
    expect(() => composeMessage({ ...mail, deliveryId: 'x>\r\nBcc: evil@y.test' }, from)).toThrow();
  });
});
