import { describe, expect, it } from 'vitest';
import { MailStopped } from '../../libs/mail/mailer.js';
import { listener, MAIL as mail, mailer, refusal, refusing, smtpServer } from '../support/mail-servers.js';

describe('several servers', () => {
  it('are tried in order', async () => {
    const gone = await smtpServer();
    await gone.close();
    const busy = await smtpServer({ onRcptTo: (_, __, done) => done(refusing(421, 'Busy')) });
    const good = await smtpServer();
    await mailer([gone.url, busy.url, good.url]).send(mail);
    expect(good.received).toHaveLength(1);
    const spare = await smtpServer();
    await mailer([good.url, spare.url]).send(mail);
    expect(spare.received).toHaveLength(0);
  });

  it('are not asked again after a permanent refusal', async () => {
    const strict = await smtpServer({ onRcptTo: (_, __, done) => done(refusing(550, 'No such mailbox')) });
    const lenient = await smtpServer();
    expect((await refusal(mailer([strict.url, lenient.url]).send(mail))).permanent).toBe(true);
    expect(lenient.received).toHaveLength(0);
  });

  it('are asked in turn where one refuses to relay, which is for good only when all of them do', async () => {
    const denied = refusing(554, '5.7.1 Relay access denied');
    const closed = await smtpServer({ onRcptTo: (_, __, done) => done(denied) });
    const wary = await smtpServer({
      onData: (stream, _, done) => stream.on('end', () => done(denied)).resume(),
    });
    const good = await smtpServer();
    await mailer([closed.url, wary.url, good.url]).send(mail);
    expect(good.received).toHaveLength(1);
    expect(await refusal(mailer([closed.url, wary.url]).send(mail))).toMatchObject({
      permanent: true,
      reply: '554 5.7.1 Relay access denied',
    });
    const busy = await smtpServer({ onRcptTo: (_, __, done) => done(refusing(451, 'Later')) });
    for (const urls of [
      [closed.url, busy.url],
      [busy.url, closed.url],
    ])
      expect((await refusal(mailer(urls).send(mail))).permanent).toBe(false);
  });

  it('do not make a refusal to relay final while the one that may take it is away', async () => {
    const gone = await smtpServer();
    await gone.close();
    const closed = await smtpServer({
      onRcptTo: (_, __, done) => done(refusing(554, '5.7.1 Relay access denied')),
    });
    const sender = mailer([gone.url, closed.url], { now: () => 0 });
    for (const _ of [1, 2, 3, 4]) expect((await refusal(sender.send(mail))).permanent).toBe(false);
    expect(sender.routes).toEqual(['unavailable', 'ok']);
  });

  it('wait for the silent one only once', async () => {
    let waitedFor = 0;
    const silent = await listener(() => {
      waitedFor += 1;
    });
    const good = await smtpServer();
    const sender = mailer([silent, good.url], { greetingSeconds: 0.2, connectSeconds: 0.2 });
    await sender.send(mail);
    const first = waitedFor;
    expect(first).toBeGreaterThan(0);
    await sender.send(mail);
    expect(waitedFor).toBe(first);
    expect(good.received).toHaveLength(2);
  });
});

describe('a route that fails', () => {
  it('is closed after three faults in a row: from then on mail goes by the next one at once', async () => {
    let waitedFor = 0;
    const silent = await listener(() => {
      waitedFor += 1;
    });
    const good = await smtpServer();
    const sender = mailer([silent, good.url], { greetingSeconds: 0.5, connectSeconds: 0.5, now: () => 0 });
    await Promise.all([1, 2, 3].map(() => sender.send(mail)));
    expect(sender.routes).toEqual(['unavailable', 'ok']);
    expect(sender.stoppedForSeconds).toBeNull();
    const before = waitedFor;
    await sender.send(mail);
    expect(waitedFor).toBe(before);
    expect(good.received).toHaveLength(4);
  });

  it('with no other left turns mail back untried, and says when it is worth trying again', async () => {
    const gone = await smtpServer();
    await gone.close();
    const sender = mailer([gone.url], { now: () => 0 });
    for (const _ of [1, 2, 3]) await refusal(sender.send(mail));
    const stopped = await sender.send(mail).catch((error: unknown) => error);
    expect(stopped).toBeInstanceOf(MailStopped);
    expect(sender.stoppedForSeconds).toBeGreaterThanOrEqual(5);
  });

  it('is opened again by one probe that is let in, without any mail', async () => {
    let [now, greeted] = [0, 0];
    const busy = await smtpServer({
      onConnect: (_, done) => (greeted++ < 3 ? done(refusing(421, 'Too busy')) : done()),
    });
    const sender = mailer([busy.url], { now: () => now });
    for (const _ of [1, 2, 3]) await refusal(sender.send(mail));
    await sender.probe();
    expect([greeted, sender.routes]).toEqual([3, ['unavailable']]);
    now = 60;
    await Promise.all([sender.probe(), sender.probe()]);
    expect([greeted, sender.routes, busy.received]).toEqual([4, ['ok'], []]);
    await sender.send(mail);
  });

  it('is one whose sign-in is refused, and not one that refuses people or what is written to them', async () => {
    const badLogin = await smtpServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_, __, done) => done(refusing(535, 'Bad password')),
    });
    const locked = mailer([badLogin.url.replace('//', '//user:wrong@')]);
    const choosy = await smtpServer({ onRcptTo: (_, __, done) => done(refusing(451, 'Not this one')) });
    const open = mailer([choosy.url]);
    for (const _ of [1, 2, 3]) await Promise.all([refusal(locked.send(mail)), refusal(open.send(mail))]);
    expect([locked.routes, open.routes]).toEqual([['unavailable'], ['ok']]);
  });
});
