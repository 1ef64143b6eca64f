import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import fastifyHelmet from '@fastify/helmet';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { type Config, Logger, newId, Problem, withRequestFacts } from '#runtime';
import { readRawMail } from '../bounces/raw-mail.js';
import { timeAnswers } from '../metrics/process-metrics.js';
import { CsvPlaces } from './csv-places.js';
import { readJsonOnly } from './json-body.js';
import { sendProblem } from './problem-view.js';
import { RouteTable } from './route-table.js';
import { boundStrangers, countRequests, wasTurnedAway } from './strangers.js';

const BODY_BYTES = 64 * 1024;
/** Whoever is told that it was too slow, or nonsense, and stays: what their request holds would stay theirs. */
const LINGER_MILLISECONDS = 2_000;
const REQUEST_ID = /^[\w-]{8,64}$/;
/** Swagger UI styles itself inline; it gets no more than that. */
const DOCS_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'";

/** Fastify as the product needs it: forwarding headers from trusted proxies only, request ids, bounded bodies. */
export function createAdapter(config: Config): FastifyAdapter {
  const proxies = config.values.TRUSTED_PROXIES;
  return new FastifyAdapter({
    trustProxy: proxies.length > 0 ? proxies : false,
    bodyLimit: BODY_BYTES,
    // An open event stream would hold up shutdown for ever.
    forceCloseConnections: true,
    requestTimeout: 30_000,
    genReqId: ({ headers }: IncomingMessage) => {
      const given = headers['x-request-id'];
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId();
    },
    clientErrorHandler: answerNonsense,
    // An address that cannot be decoded is nobody's.
    frameworkErrors: (_error: Error, _request: unknown, reply: FastifyReply) =>
      sendProblem(reply, Problem.of('not_found')),
  });
}

/** What is not HTTP, or too much of it, never becomes a request: an answer of RFC 9457 §4.2.1 and goodbye. */
function answerNonsense(error: Error & { code?: string }, socket: Socket): void {
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n`;
  socket.end(`${head}content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MILLISECONDS).unref();
}

/** Hooks around every request, registered before any route. */
export async function prepareServer(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  const log = app.get(Logger);
  app.get(RouteTable).watch(fastify);
  app.get(CsvPlaces).watch(fastify);
  readJsonOnly(fastify);
  readRawMail(fastify);
  await app.register(fastifyCookie as never);
  boundStrangers(app);
  timeAnswers(app);
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    withRequestFacts({ requestId: request.id }, done);
  });
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    if (request.url.startsWith('/api/docs')) void reply.header('content-security-policy', DOCS_POLICY);
    if (request.url.startsWith('/api/v1') && !reply.hasHeader('cache-control')) {
      void reply.header('cache-control', 'no-store');
    }
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    if (wasTurnedAway(request)) return done();
    const facts = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
    };
    if (reply.statusCode >= 500) log.warn(facts, 'answered');
    else log.info(facts, 'answered');
    done();
  });
  await app.register(fastifyHelmet as never, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
  });
  countRequests(app);
}
