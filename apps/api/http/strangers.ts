import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type RequestLimitName, RequestLimits, Turnstile } from '#admission';
import { Logger, Problem } from '#runtime';
import { KeyRing, openDeviceToken } from '#secrets';
import type { Reply, Request } from './caller.js';
import { addressOf } from './client-address.js';
import { problemText, sendProblem, tellLimit } from './problem-view.js';
import { SessionCookies } from './session-cookies.js';

/** What `@Limited` says about a route. */
export interface LimitedRoute {
  limit: RequestLimitName;
  counts: 'requests' | 'failures';
}

/** Who is turned away and asks again at once would leave no time for anything but turning away … */
const HOLD_MILLISECONDS = 250;
/** … so they go one after the other, but none is held longer than this. */
const LONGEST_HOLD_MILLISECONDS = 1_000;
const REPORT_EVERY_MILLISECONDS = 5_000;

const turnedAway = new WeakSet<Request>();
/** Whose answer is not logged one by one. */
export const wasTurnedAway = (request: Request): boolean => turnedAway.has(request);

/**
 * Bounds how many strangers are inside at a time, before any other hook and past Fastify's own answering:
 * under a flood the cost of turning one away is what everybody else waits for. Known devices use another
 * door.
 */
export function boundStrangers(app: NestFastifyApplication): void {
  const [turnstile, isKnown, turnAway] = [app.get(Turnstile), knownDevices(app), turningAway(app)];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', (request, reply, done) => {
      if (!limitOf(request) || isKnown(request)) return done();
      const leave = turnstile.enter();
      if (!leave) return turnAway(request, reply);
      reply.raw.once('close', leave);
      done();
    });
}

/** Bounds how much strangers may ask where every request counts. Failures are counted where they are found. */
export function countRequests(app: NestFastifyApplication): void {
  const [limits, isKnown] = [app.get(RequestLimits), knownDevices(app)];
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request: Request, reply: Reply) => {
      const route = limitOf(request);
      if (route?.counts !== 'requests') return;
      const asking = { address: addressOf(request), knownDevice: isKnown(request) };
      const refusal = await limits.refusal(route.limit, asking);
      if (refusal) {
        sendProblem(reply, refusal);
        await reply;
        return;
      }
      tellLimit(reply, limits.count(route.limit, asking));
    });
}

const limitOf = (request: Request): LimitedRoute | undefined =>
  (request.routeOptions.config as { limited?: LimitedRoute }).limited;

/** Tells who brings the mark of a device that somebody has signed in with, be it of another account. */
function knownDevices(app: NestFastifyApplication): (request: Request) => boolean {
  const [keys, cookies] = [app.get(KeyRing), app.get(SessionCookies)];
  return (request) => {
    const token = cookies.deviceOf(request);
    return token !== null && openDeviceToken(keys, token) !== null;
  };
}

function turningAway(app: NestFastifyApplication): (request: Request, reply: Reply) => void {
  const report = floodReport(app);
  let lastOut = 0;
  return (request, reply) => {
    turnedAway.add(request);
    report();
    reply.hijack();
    const now = performance.now();
    const out = Math.min(Math.max(now + HOLD_MILLISECONDS, lastOut + 1), now + LONGEST_HOLD_MILLISECONDS);
    lastOut = out;
    setTimeout(() => sayOverloaded(request, reply), out - now).unref();
  };
}

function sayOverloaded(request: Request, { raw }: Reply): void {
  const problem = Problem.of('overloaded');
  raw.writeHead(problem.status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': String(Turnstile.retryAfterSeconds),
    'x-request-id': request.id,
  });
  raw.end(problemText(request.id, problem));
}

/** A flood fills no log: one line now and then says how many. */
function floodReport(app: NestFastifyApplication): () => void {
  const log = app.get(Logger);
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    count += 1;
    timer ??= setTimeout(() => {
      log.warn({ count }, 'more strangers at once than can be served were told to come back');
      count = 0;
      timer = undefined;
    }, REPORT_EVERY_MILLISECONDS).unref();
  };
}
