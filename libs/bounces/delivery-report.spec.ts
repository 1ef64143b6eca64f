import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readReturnedMail } from './delivery-report.js';

const TO = 'b+0123@latchkey.example';
const sample = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../test/bounces/reports', `${name}.eml`), 'utf8')
    .replaceAll('{{to}}', TO)
    .replaceAll('\n', '\r\n');
const read = async (text: string) => readReturnedMail(Buffer.from(text));

describe('a report', () => {
  it.each([
    [
      'postfix',
      /^550 5\.1\.1 <mara@elm\.example>: Recipient address rejected: User unknown in local recipient table$/,
    ],
    ['exchange', /^550 5\.1\.10 RESOLVER\.ADR\.RecipientNotFound; Recipient mara@oak\.example not found/],
    ['gmail', /^550-5\.1\.1 The email account .* Please try 550-5\.1\.1 double-checking .* gsmtp$/],
  ])('of %s says that the mail will never arrive, in the server’s words', async (name, words) => {
    const { report, addressedTo } = await read(sample(name));
    expect(report).toEqual({ kind: 'failed', isForGood: true, reply: expect.stringMatching(words) });
    expect(addressedTo).toContain(TO);
  });

  it('of a delay says that it is late, and nothing more', async () => {
    const { report } = await read(sample('postfix-delayed'));
    expect(report).toEqual({ kind: 'late', isForGood: false, reply: expect.stringContaining('451 4.4.1') });
  });

  it('of a mail given up for a passing reason says that it failed, and nothing of the address', async () => {
    const text = sample('exchange')
      .replace('Status: 5.1.10', 'Status: 4.4.7')
      .replace(/smtp;550[^\r]*/, 'smtp;expired');
    expect((await read(text)).report).toEqual({ kind: 'failed', isForGood: false, reply: 'expired' });
  });

  it('without words says its status, and the worst of several groups counts', async () => {
    const bare = sample('postfix').replace(/Diagnostic-Code:[^]*?table\r\n/, '');
    expect((await read(bare)).report).toEqual({ kind: 'failed', isForGood: true, reply: '5.1.1' });
    const two = bare.replace(
      'Final-Recipient',
      'Final-Recipient: rfc822; a@b.test\r\nAction: delayed\r\n\r\nFinal-Recipient',
    );
    expect((await read(two)).report?.kind).toBe('failed');
    const passing = two.replace('Action: delayed', 'Action: failed\r\nStatus: 4.4.7');
    expect((await read(passing)).report).toMatchObject({ isForGood: true, reply: '5.1.1' });
  });

  it('is not what only looks like one', async () => {
    expect((await read(sample('vacation'))).report).toBeNull();
    expect((await read(sample('postfix').replace('Action: failed', 'Action: delivered'))).report).toBeNull();
    expect((await read(sample('postfix').replace('Action: failed', 'Action: relayed'))).report).toBeNull();
    for (const text of ['', 'nonsense', '\r\n\r\n', sample('gmail').slice(0, 900)]) {
      expect((await read(text)).report).toBeNull();
    }
  });

  it('is read as one line of at most 500 symbols, however long it is', async () => {
    const long = sample('exchange').replace('RESOLVER', `\u0007${'x'.repeat(5_000)}`);
    const reply = (await read(long)).report?.reply ?? '';
    expect(reply.length).toBeLessThanOrEqual(500);
    expect(reply).not.toMatch(/\p{Cc}/u);
  });
});
