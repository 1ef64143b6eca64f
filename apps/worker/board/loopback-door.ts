import type { FastifyReply, FastifyRequest } from 'fastify';

/** Any port: a tunnel has one of its own on the operator's machine. */
const LOOPBACK = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;
const POSTED: ReadonlySet<string | undefined> = new Set(['/sign-in', '/sign-out']);

/**
 * What is turned away before anything looks at it: a foreign Host is a rebound DNS name, a foreign Origin
 * another site's form, and any other method would change a queue.
 */
export async function onlyLooking(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { method, headers, routeOptions } = request;
  if (!LOOPBACK.test(headers.host ?? '')) return refuse(reply, 403, 'Ask for this page as localhost.');
  if (method === 'GET' || method === 'HEAD') return;
  if (method !== 'POST' || !POSTED.has(routeOptions.url)) {
    void reply.header('allow', 'GET, HEAD');
    return refuse(reply, 405, 'Queues are only looked at here.');
  }
  if (headers.origin !== `http://${headers.host}`) return refuse(reply, 403, 'Sent from another page.');
}

async function refuse(reply: FastifyReply, status: number, words: string): Promise<void> {
  await reply.status(status).type('text/plain; charset=utf-8').send(`${words}\n`);
}
