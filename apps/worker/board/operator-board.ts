import type { AddressInfo } from 'node:net';
import { createBullBoard } from '@bull-board/api';
import { FastifyAdapter } from '@bull-board/fastify';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { QueueWindow } from '#delivery';
import { Config, Logger } from '#runtime';
import { BoardSessions, SESSION_MINUTES, type SignIn } from './board-sessions.js';
import { onlyLooking } from './loopback-door.js';
import { signInPage, signOutPage } from './sign-in-page.js';

const BOARD = '/queues';
const COOKIE = 'latchkey_board';
const LARGEST_FORM_BYTES = 1024;

const REFUSALS: Record<Exclude<SignIn['outcome'], 'in'>, [status: number, words: string]> = {
  wrong: [401, 'This is not the token of an operator, or the operator has been revoked.'],
  'too many': [429, 'Too many wrong tokens: wait a minute.'],
  'no operators': [
    403,
    'This installation has no operators: add one with <code>latchkey operator add</code>.',
  ],
};

/**
 * bull-board for operators, on the loopback of the worker's machine: `OPERATOR_PORT`. Nothing is answered to
 * anybody else but the page to sign in, and nothing can be changed (decision 0027).
 */
@Injectable()
export class OperatorBoard implements BeforeApplicationShutdown {
  #server: FastifyInstance | undefined;

  constructor(
    @Inject(QueueWindow) private readonly window: QueueWindow,
    @Inject(BoardSessions) private readonly sessions: BoardSessions,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /** Where it listens; null while it does not. */
  get port(): number | null {
    return (this.#server?.server.address() as AddressInfo | null | undefined)?.port ?? null;
  }

  /** Does nothing without `OPERATOR_PORT`. @throws Error when the port is taken */
  async start(): Promise<void> {
    const { OPERATOR_PORT } = this.config.values;
    if (OPERATOR_PORT === undefined) return;
    this.#server = await this.#makeServer();
    await this.#server.listen({ port: OPERATOR_PORT, host: '127.0.0.1' });
    this.log.info({ port: this.port }, 'operators may look at the queues');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#server?.close();
    await this.window.close();
  }

  async #makeServer(): Promise<FastifyInstance> {
    const server = fastify({ bodyLimit: LARGEST_FORM_BYTES, forceCloseConnections: true });
    await secure(server);
    await server.register(fastifyCookie);
    server.addHook('onRequest', onlyLooking);
    // On the server itself, by the route that was found: whatever bull-board adds, however it is spelt.
    server.addHook('onRequest', (request, reply) => this.#onlyOperators(request, reply));
    readFormsOnly(server);
    server.get('/', (_request, reply) => reply.redirect(`${BOARD}/`, 303));
    server.get('/sign-in', (_request, reply) => html(reply, signInPage()));
    server.post('/sign-in', (request, reply) => this.#signIn(request, reply));
    server.get('/sign-out', (_request, reply) => html(reply, signOutPage()));
    server.post('/sign-out', (request, reply) => {
      this.sessions.end(request.cookies[COOKIE]);
      return reply.clearCookie(COOKIE, { path: '/' }).redirect('/sign-in', 303);
    });
    await server.register(await this.#board(), { prefix: BOARD });
    return server;
  }

  async #board() {
    const serverAdapter = new FastifyAdapter().setBasePath(BOARD);
    const uiConfig = {
      boardTitle: 'Latchkey queues',
      // What the server of the queue says of itself is no business of a queue's reader.
      hideRedisDetails: true,
      hideDocsLink: true,
      miscLinks: [{ text: 'Sign out', url: '/sign-out' }],
    };
    createBullBoard({ queues: await this.window.open(), serverAdapter, options: { uiConfig } });
    return serverAdapter.registerPlugin();
  }

  async #onlyOperators({ routeOptions, cookies, headers }: FastifyRequest, reply: FastifyReply) {
    if (routeOptions.url === '/sign-in') return;
    if (await this.sessions.whose(cookies[COOKIE])) return;
    const isPage = headers.accept?.includes('text/html') ?? false;
    await (isPage ? reply.redirect('/sign-in', 303) : reply.status(401).send({ error: 'Sign in first' }));
  }

  async #signIn({ body }: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const token = body instanceof URLSearchParams ? body.get('token') : null;
    const signIn = await this.sessions.begin(token?.trim() ?? '');
    if (signIn.outcome !== 'in') {
      const [status, words] = REFUSALS[signIn.outcome];
      this.log.warn({ outcome: signIn.outcome }, 'nobody was let in to look at the queues');
      return html(reply.status(status), signInPage(words));
    }
    this.log.info({ operator: signIn.operator.name }, 'an operator looks at the queues');
    return reply
      .setCookie(COOKIE, signIn.session.reveal(), {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        maxAge: SESSION_MINUTES * 60,
      })
      .redirect(`${BOARD}/`, 303);
  }
}

async function secure(server: FastifyInstance): Promise<void> {
  await server.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // bull-board styles itself inline.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // With no-referrer a browser would send `Origin: null` with our own forms (Fetch, "append a request Origin header").
    referrerPolicy: { policy: 'same-origin' },
    frameguard: { action: 'deny' },
    strictTransportSecurity: false,
  });
  server.addHook('onSend', async (_request, reply) => {
    void reply.header('cache-control', 'no-store');
  });
}

function readFormsOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => done(null, new URLSearchParams(body.toString())),
  );
}

const html = (reply: FastifyReply, page: string): FastifyReply =>
  reply.type('text/html; charset=utf-8').send(page);
