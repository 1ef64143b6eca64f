import { encodeWord, foldLines } from 'nodemailer/lib/mime-funcs';
import { encode as encodeQuotedPrintable, wrap } from 'nodemailer/lib/qp';
import type { MessageKind } from '#wording';

/** One rendered mail on its way to one address. */
export interface OutgoingMail {
  practiceId: string;
  deliveryId: string;
  kind: MessageKind;
  to: string;
  subject: string;
  html: string;
  text: string;
}

/** Whom mail comes from: a display name, possibly empty, and an address. */
export interface Sender {
  name: string;
  address: string;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * Writes a mail as it goes over the wire (RFC 5322, RFC 2045). By hand, because nodemailer's composer would
 * parse the addresses again, and takes most of the time of a send. Callers have checked `to` and the sender.
 * Everything but `Date` is the same however often a delivery is tried.
 */
export function composeMessage(mail: OutgoingMail, from: Sender): string {
  if (!UUID.test(mail.deliveryId)) throw new Error('a delivery id is a UUID');
  const boundary = `=_latchkey-${mail.deliveryId}`;
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const headers = [
    `From: ${from.name === '' ? from.address : `${phrase(from.name)} <${from.address}>`}`,
    `To: ${mail.to}`,
    `Subject: ${unstructured(mail.subject)}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${mail.deliveryId}@${domain}>`,
    'Auto-Submitted: auto-generated',
    'X-Auto-Response-Suppress: All',
    `X-Latchkey-Template: ${mail.kind}`,
    `X-Latchkey-Delivery: ${mail.deliveryId}`,
    'MIME-Version: 1.0',
    `Content-Type: multipart/alternative; boundary="${boundary}"`,
  ].map((header) => foldLines(header, 76));
  return [
    ...headers,
    '',
    `--${boundary}`,
    ...bodyPart('text/plain', mail.text),
    `--${boundary}`,
    ...bodyPart('text/html', mail.html),
    `--${boundary}--`,
    '',
  ].join('\r\n');
}

function bodyPart(type: string, content: string): string[] {
  const body = content.replace(/\r\n?|\n/g, '\r\n');
  // RFC 5321 §4.5.3.1.6 allows 998 octets a line. What fits is sent as it is, readable on the wire.
  const plain = /^[\t\r\n\x20-\x7e]*$/.test(body) && body.split('\r\n').every((line) => line.length <= 998);
  return [
    `Content-Type: ${type}; charset=utf-8`,
    `Content-Transfer-Encoding: ${plain ? '7bit' : 'quoted-printable'}`,
    '',
    plain ? body : wrap(encodeQuotedPrintable(body)),
  ];
}

/** RFC 2047 §5: encoded words where the text is not plain ASCII or would be read as one, and never a line break. */
function unstructured(text: string): string {
  const line = oneLine(text);
  return isPlain(line) ? line : encodeWord(line, 'Q', 52);
}

function phrase(name: string): string {
  const line = oneLine(name);
  if (!isPlain(line)) return encodeWord(line, 'Q', 52);
  return /^[\w !#$%&'*+/=?^`{|}~-]+$/.test(line) ? line : `"${line.replace(/(["\\])/g, '\\$1')}"`;
}

function isPlain(line: string): boolean {
  return /^[\x20-\x7e]*$/.test(line) && !line.includes('=?');
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}
