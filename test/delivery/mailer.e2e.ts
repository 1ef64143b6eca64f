import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { Mailer, MailRefused } from '../../libs/mail/mailer.js';
import {
  drippingFrom,
  listener,
  MAIL as mail,
  mailer,
  refusal,
  refusing,
  smtpServer,
} from '../support/mail-servers.js';

describe('a mail that is taken', () => {
  it('reaches exactly the one address, with the reply of the server', async () => {
    const server = await smtpServer();
    const { reply } = await mailer([server.url]).send(mail);
    expect(reply).toMatch(/^250 .*queued as 4711$/);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]).toMatchObject({ from: 'no-reply@latchkey.example', to: [mail.to] });
    expect(server.received[0]?.raw).toContain('\r\nTemporary password:\r\nAAAAA-BBBBB\r\n');
  });

  it('has the same Message-ID however often it is sent', async () => {
    const server = await smtpServer();
    const sender = mailer([server.url]);
    await Promise.all([sender.send(mail), sender.send(mail)]);
    await mailer([server.url]).send(mail);
    const ids = server.received.map(({ raw }) => /^Message-ID: (.*)$/m.exec(raw)?.[1]);
    expect(ids).toHaveLength(3);
    expect(new Set(ids)).toEqual(new Set([`<${mail.deliveryId}@latchkey.example>`]));
  });

  it('goes over no more connections than allowed, which are used again', async () => {
    let connections = 0;
    const server = await smtpServer({
      onConnect: (_, done) => {
        connections += 1;
        done();
      },
    });
    const sender = mailer([server.url], { connections: 2 });
    await Promise.all(Array.from({ length: 20 }, () => sender.send(mail)));
    expect(server.received).toHaveLength(20);
    expect(connections).toBe(2);
  });

  it('is not lost on a pooled connection that the server dropped meanwhile', async () => {
    const server = await smtpServer();
    const sender = mailer([server.url]);
    await sender.send(mail);
    server.drop();
    await sender.send(mail);
    expect(server.received).toHaveLength(2);
  });

  it('keeps a line that begins with a dot', async () => {
    const server = await smtpServer();
    await mailer([server.url]).send({ ...mail, text: 'one\n.\n..two\n' });
    expect(server.received[0]?.raw).toContain('one\r\n.\r\n..two\r\n');
  });
});

describe('an address that could be read as others', () => {
  // nodemailer CVE-2026-90776, GitLab CVE-2023-7028
  it.each([
    'a@x.test\r\nBcc: evil@y.test',
    'a@x.test,evil@y.test',
    'Ana <a@x.test>, evil@y.test',
    '"a@evil.test"@x.test',
  ])('is refused for good and nothing is sent: %j', async (to) => {
    const server = await smtpServer();
    const refused = await refusal(mailer([server.url]).send({ ...mail, to }));
    expect(refused).toBeInstanceOf(MailRefused);
    expect(refused.permanent).toBe(true);
    expect(server.received).toHaveLength(0);
  });

  it('is refused also when an array is given for it', async () => {
    const server = await smtpServer();
    const to = ['a@x.test', 'evil@y.test'] as unknown as string;
    expect((await refusal(mailer([server.url]).send({ ...mail, to }))).permanent).toBe(true);
    expect(server.received).toHaveLength(0);
  });
});

describe('a refusal', () => {
  it('with 5xx for the recipient or the content is permanent', async () => {
    const noMailbox = await smtpServer({ onRcptTo: (_, __, done) => done(refusing(550, 'No such mailbox')) });
    expect(await refusal(mailer([noMailbox.url]).send(mail))).toMatchObject({
      permanent: true,
      reply: '550 No such mailbox',
    });
    const badContent = await smtpServer({
      onData: (stream, _, done) => stream.on('end', () => done(refusing(554, 'Looks like spam'))).resume(),
    });
    expect(await refusal(mailer([badContent.url]).send(mail))).toMatchObject({
      permanent: true,
      reply: '554 Looks like spam',
    });
  });

  it('with 4xx is not permanent, and the next mail goes through', async () => {
    let times = 0;
    const greylisting = await smtpServer({
      onRcptTo: (_, __, done) => done(times++ === 0 ? refusing(451, 'Try later') : null),
    });
    const sender = mailer([greylisting.url]);
    expect(await refusal(sender.send(mail))).toMatchObject({ permanent: false, reply: '451 Try later' });
    await sender.send(mail);
    expect(greylisting.received).toHaveLength(1);
  });

  it('of the sender or of our sign-in is not permanent: that is our set-up, not the message', async () => {
    const badSender = await smtpServer({ onMailFrom: (_, __, done) => done(refusing(553, 'Not yours')) });
    expect((await refusal(mailer([badSender.url]).send(mail))).permanent).toBe(false);
    const badLogin = await smtpServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(refusing(535, 'Bad password')),
    });
    const url = badLogin.url.replace('//', '//user:canary@');
    const refused = await refusal(mailer([url]).send(mail));
    expect(refused.permanent).toBe(false);
    expect(JSON.stringify([refused.message, refused.reply])).not.toContain('canary');
  });

  it('is reported on one line of at most 500 characters', async () => {
    const chatty = await smtpServer({
      onRcptTo: (_, __, done) => done(refusing(550, `\u001B[31mno\u0007\n${'x'.repeat(2000)}`)),
    });
    const { reply } = await refusal(mailer([chatty.url]).send(mail));
    expect(reply.length).toBeLessThanOrEqual(500);
    expect(reply).not.toMatch(/\p{Cc}/u);
  });
});

describe('a server that does not answer', () => {
  it('costs one send its deadline and no more', async () => {
    const silent = await listener(() => undefined);
    const sender = mailer([silent], { deadlineSeconds: 0.3 });
    const started = performance.now();
    const refused = await refusal(sender.send(mail));
    expect(performance.now() - started).toBeLessThan(2000);
    expect(refused).toMatchObject({ permanent: false, reply: 'No answer within 0.3 s' });
  });

  it('is a passing failure also when it falls silent after the final dot', async () => {
    const server = await smtpServer({ onData: (stream) => void stream.resume() });
    const sender = mailer([server.url], { deadlineSeconds: 0.3 });
    expect((await refusal(sender.send(mail))).permanent).toBe(false);
  });

  // Never silent for long enough to be called silent: only the time for the whole of a send ends it.
  it.each(['greeting', 'MAIL', 'final dot'] as const)(
    'is left when it answers a byte at a time, from its %s on',
    async (from) => {
      const left = Promise.withResolvers<unknown>();
      const tarpit = await listener((socket) => {
        left.resolve(once(socket, 'close'));
        drippingFrom(from, socket, 50);
      });
      const started = performance.now();
      const refused = await refusal(mailer([tarpit], { silenceSeconds: 0.3, deadlineSeconds: 1 }).send(mail));
      expect(refused).toMatchObject({ permanent: false, reply: 'No answer within 1 s' });
      const took = performance.now() - started;
      expect(took).toBeGreaterThan(900);
      // Its own patience with a greeting is ten seconds.
      expect(took).toBeLessThan(8_000);
      await left.promise;
    },
  );

  it('is not asked to take a mail without TLS where the wire is not ours', async () => {
    const server = await smtpServer();
    // A name that is not loopback by itself: TLS is required, and this server offers none.
    const port = new URL(server.url).port;
    const refused = await refusal(mailer([`smtp://[::ffff:127.0.0.1]:${port}`]).send(mail));
    expect(refused.permanent).toBe(false);
    expect(server.received).toHaveLength(0);
    await mailer([`smtp://[::ffff:127.0.0.1]:${port}?starttls=optional`]).send(mail);
    expect(server.received).toHaveLength(1);
  });
});

describe('a mailer', () => {
  it.each([
    [[], 'a@x.test'],
    [['http://x.test'], 'a@x.test'],
    [['smtp://user:canary@x.test?tls.rejectUnauthorized=false'], 'a@x.test'],
    [['smtp://x.test'], 'Latchkey'],
    [['smtp://x.test'], 'Latchkey <a@x.test>, b@y.test'],
    [['smtp://x.test'], 'Latchkey\r\nBcc: b@y.test <a@x.test>'],
  ])('is not built from %j and %j, and shows neither', (urls, from) => {
    const build = () => new Mailer({ urls, from });
    expect(build).toThrow(/^(SMTP_URL|MAIL_FROM) /);
    expect(build).not.toThrow(/canary/);
  });
});
