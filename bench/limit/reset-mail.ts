import { createHmac } from 'node:crypto';
import Handlebars from 'handlebars';
import type { SendMailOptions } from 'nodemailer';

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** One claimed row: all that its mail needs. */
export interface DueMail {
  id: string;
  reset_id: string;
  user_id: string;
  nonce: Buffer;
  email: string;
  display_name: string;
  practice_name: string;
  expires_at: Date;
}

/** Derives the 130-bit temporary credential of a reset: 26 Crockford base32 symbols in groups. */
export function credentialFor(key: Buffer, mail: DueMail): string {
  const mac = createHmac('sha256', key)
    .update(`${mail.user_id}|${mail.reset_id}|`)
    .update(mail.nonce)
    .digest();
  let bits = mac.readBigUInt64BE(0);
  bits = (bits << 64n) | mac.readBigUInt64BE(8);
  bits = (bits << 2n) | BigInt(mac.readUInt8(16) >> 6);
  let symbols = '';
  for (let shift = 125n; shift >= 0n; shift -= 5n) symbols += crockford[Number((bits >> shift) & 31n)];
  return symbols.replaceAll(/.{5}(?=.)/g, '$&-');
}

/** The keyed verifier that is stored instead of the credential. */
export function verifierOf(key: Buffer, credential: string): Buffer {
  return createHmac('sha256', key).update('verifier|').update(credential).digest();
}

const text = Handlebars.compile(
  `Hello {{displayName}},

an administrator of {{practiceName}} has reset your password.

Temporary password:
{{credential}}

It works once, until {{expiresAt}}. You will then choose a password of your own. Your old password works until then.

You did not expect this? Ask an administrator of {{practiceName}}, or customer service: {{support}}.
`,
  { strict: true, noEscape: true },
);
const html = Handlebars.compile(
  `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Your temporary password</title></head>
<body style="margin:0;background:#f4f5f7;font-family:Helvetica,Arial,sans-serif;color:#1f2933">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:24px">
<table role="presentation" width="560" cellpadding="0" cellspacing="0" style="background:#ffffff;border-radius:8px">
<tr><td style="padding:32px"><h1 style="font-size:20px;margin:0 0 16px">Your temporary password</h1>
<p>Hello {{displayName}},</p>
<p>an administrator of <strong>{{practiceName}}</strong> has reset your password.</p>
<p style="font-family:monospace;font-size:20px;background:#eef1f4;padding:12px">{{credential}}</p>
<p>It works once, until {{expiresAt}}. You will then choose a password of your own. Your old password works until then.</p>
<p style="color:#616e7c">You did not expect this? Ask an administrator of {{practiceName}}, or customer service: {{support}}.</p>
</td></tr></table></td></tr></table></body></html>
`,
  { strict: true },
);

/** The message of one reset, html and text, with a Message-ID that a repeated attempt carries again. */
export function resetMail(mail: DueMail, credential: string): SendMailOptions {
  const view = {
    displayName: mail.display_name,
    practiceName: mail.practice_name,
    credential,
    expiresAt: mail.expires_at.toISOString(),
    support: 'the operator of this installation',
  };
  return {
    from: 'Limit <no-reply@limit.localhost>',
    to: mail.email,
    envelope: { from: 'no-reply@limit.localhost', to: [mail.email] },
    subject: 'Your temporary password',
    messageId: `<${mail.reset_id}@limit.localhost>`,
    headers: { 'Auto-Submitted': 'auto-generated' },
    text: text(view),
    html: html(view),
  };
}
