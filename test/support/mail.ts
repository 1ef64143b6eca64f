import { vi } from 'vitest';
import type { Mailbox } from '../../apps/api/mailbox/mailbox.js';
import type { Product } from './product.js';

export type Mail = ReturnType<Mailbox['messages']>[number];

/** Waits for a mail to `to` of a kind that has not been seen before `since`; fails after a minute. */
export async function nextMail(
  mailbox: Mailbox,
  to: string,
  template: string,
  already: readonly Mail[] = [],
): Promise<Mail> {
  const seen = new Set(already.map(({ id }) => id));
  for (let waited = 0; waited < 60_000; waited += 20) {
    const mail = mailbox
      .messages({ to, limit: 100 })
      .find((message) => message.headers['x-latchkey-template'] === template && !seen.has(message.id));
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const found = mailbox.messages({ limit: 20 }).map((m) => `${m.to} ${m.headers['x-latchkey-template']}`);
  throw new Error(
    `No ${template} for ${to} within a minute. The mailbox holds: ${found.join(', ') || 'nothing'}`,
  );
}

/** The line of the text part that follows `label` on the same line. */
export function lineAfter(mail: Mail, label: string): string {
  const line = mail.text.split('\n').find((text) => text.startsWith(label));
  if (!line) throw new Error(`The mail has no line "${label}": ${mail.text}`);
  return line.slice(label.length).trim();
}

/** The credential: alone on the line after `Temporary password:`. */
export function credentialIn(mail: Mail): string {
  const lines = mail.text.split('\n');
  const credential = lines[lines.indexOf('Temporary password:') + 1]?.trim();
  if (!credential || !/^[0-9A-Z-]{26,40}$/.test(credential)) {
    throw new Error(`The mail has no temporary password: ${mail.text}`);
  }
  return credential;
}

/** What was mailed to `to` of a kind, once no answer and no mail is waiting any more. */
export async function mailsTo(product: Product, to: string, template: string): Promise<Mail[]> {
  await vi.waitFor(
    async () => {
      const waiting = await product.database.query('select from given_answers union all select from outbox');
      if (waiting.length > 0) throw new Error(`${waiting.length} answers and mails are still waiting`);
    },
    { timeout: 5_000, interval: 20 },
  );
  return product.mailbox
    .messages({ to, limit: 100 })
    .filter(({ headers }) => headers['x-latchkey-template'] === template);
}
