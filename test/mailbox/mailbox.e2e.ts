import { request } from 'node:http';
import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  StandardSchemaValidationPipe,
} from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '#runtime';
import { Mailbox } from '../../apps/api/mailbox/mailbox.js';
import { MailboxModule } from '../../apps/api/mailbox/mailbox.module.js';
import { type MailboxMessage, MailboxMessagesView } from '../../apps/api/mailbox/mailbox.schemas.js';
import { Mailer } from '../../libs/mail/mailer.js';
import { BuiltInMails, Renderer } from '../../libs/wording/index.js';

@Catch(Problem)
class ProblemStatus implements ExceptionFilter {
  catch(problem: Problem, host: ArgumentsHost): void {
    void host.switchToHttp().getResponse<FastifyReply>().status(problem.status).send();
  }
}

const mails = new BuiltInMails();
const renderer = new Renderer(mails);
let mailbox: Mailbox;
let mailer: Mailer;
let app: NestFastifyApplication;
let port: number;

beforeAll(async () => {
  mailbox = await Mailbox.open();
  mailer = new Mailer({ urls: [mailbox.url], from: 'Latchkey <no-reply@latchkey.localhost>' });
  const testing = await Test.createTestingModule({ imports: [MailboxModule.over(mailbox)] }).compile();
  app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter());
  app.useGlobalFilters(new ProblemStatus());
  app.useGlobalPipes(new StandardSchemaValidationPipe());
  await app.listen(0, '127.0.0.1');
  port = Number(new URL(await app.getUrl()).port);
});
afterAll(async () => {
  mailer.close();
  await app.close();
  await mailbox.close();
});
beforeEach(() => mailbox.clear());

let sent = 0;
async function send(to: string): Promise<string> {
  const deliveryId = `019ab0c4-2f0e-7cc1-9b3f-${String(sent++).padStart(12, '0')}`;
  const kind = 'temporary-credential';
  await mailer.send({
    practiceId: deliveryId,
    deliveryId,
    kind,
    to,
    ...renderer.render(kind, mails.sample(kind), { locale: 'en', timeZone: 'UTC' }),
  });
  return deliveryId;
}

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

// `fetch` does not let anyone set Host.
function call(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    outgoing.on('error', reject).end();
  });
}

async function messages(query = ''): Promise<MailboxMessage[]> {
  const { body } = await call(`/dev/mail/messages${query}`);
  return MailboxMessagesView.parse(JSON.parse(body)).items;
}

describe('the built-in mailbox', () => {
  it('shows a mail as it was sent', async () => {
    const deliveryId = await send('lee@practice.example');
    const [message] = await messages();
    expect(message).toMatchObject({
      to: 'lee@practice.example',
      subject: 'Your temporary password for Harbour Dental',
      headers: {
        'message-id': `<${deliveryId}@latchkey.localhost>`,
        'auto-submitted': 'auto-generated',
        'x-latchkey-template': 'temporary-credential',
        'x-latchkey-delivery': deliveryId,
      },
    });
    const lines = message?.text.split('\n') ?? [];
    expect(lines[lines.indexOf('Temporary password:') + 1]).toBe('W8ZHN-B5CJY-E14TF-WA2XR-9D7K3Q');
    expect(message?.html).toMatch(/^<!doctype html>/);
  });

  it('lists the newest first, for one address, up to a limit', async () => {
    for (const to of ['a@x.test', 'b@x.test', 'a@x.test']) await send(to);
    const all = await messages();
    expect(all.map(({ to }) => to)).toEqual(['a@x.test', 'b@x.test', 'a@x.test']);
    expect(
      all[0]?.headers['x-latchkey-delivery']?.localeCompare(all[2]?.headers['x-latchkey-delivery'] ?? ''),
    ).toBe(1);
    expect((await messages('?to=B@X.test')).map(({ to }) => to)).toEqual(['b@x.test']);
    expect(await messages('?to=x.test')).toHaveLength(0);
    expect((await messages('?limit=1'))[0]?.id).toBe(all[0]?.id);
  });

  it.each(['?limit=0', '?limit=501', '?limit=many', '?sort=to'])('refuses the query %s', async (query) => {
    expect((await call(`/dev/mail/messages${query}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('keeps the last 500 messages', async () => {
    await Promise.all(Array.from({ length: 503 }, (_, index) => send(`u${index}@x.test`)));
    expect(await messages('?limit=500')).toHaveLength(500);
    expect(await messages('?limit=500&to=u502@x.test')).toHaveLength(1);
  });

  it('is emptied by DELETE', async () => {
    await send('a@x.test');
    expect((await call('/dev/mail/messages', {}, 'DELETE')).status).toBe(204);
    expect(await messages()).toHaveLength(0);
  });

  it('listens on loopback only', () => {
    expect(mailbox.url).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
  });
});

const routes = ['/dev/mail', '/dev/mail/app.js', '/dev/mail/app.css', '/dev/mail/messages'];

describe.each(routes)('the mailbox at %s', (path) => {
  it('answers who calls this machine by name', async () => {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      expect((await call(path, { host })).status).toBe(200);
    }
  });

  it('refuses a foreign Host', async () => {
    for (const host of [
      'evil.test',
      `evil.test:${port}`,
      'localhost',
      `localhost:${port + 1}`,
      `localhost.evil.test:${port}`,
    ]) {
      expect((await call(path, { host })).status).toBe(403);
    }
  });

  it.each([
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix',
    'Forwarded',
    'X-Real-IP',
    'Via',
  ])('refuses the forwarding header %s', async (name) => {
    expect((await call(path, { [name]: '127.0.0.1' })).status).toBe(403);
  });

  it('is not kept by anyone and shared with no other origin', async () => {
    const { headers } = await call(path, { origin: 'https://evil.test' });
    expect(headers['cache-control']).toBe('no-store');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

it('does not let a stranger empty the mailbox', async () => {
  await send('a@x.test');
  expect((await call('/dev/mail/messages', { host: 'evil.test' }, 'DELETE')).status).toBe(403);
  expect(await messages()).toHaveLength(1);
});

it('runs no script but its own and shows the HTML in a closed frame', async () => {
  const { headers, body } = await call('/dev/mail');
  expect(headers['content-type']).toBe('text/html; charset=utf-8');
  expect(headers['content-security-policy']).toMatch(/default-src 'none'; script-src 'self';/);
  expect(headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
  expect(body).toContain('sandbox=""');
  expect(body).not.toMatch(/<script(?![^>]* src=)|\son\w+=|https?:/);
  expect((await call('/dev/mail/app.js')).body).not.toMatch(
    /innerHTML|insertAdjacentHTML|document\.write|eval/,
  );
});
