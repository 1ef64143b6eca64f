import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/**
 * Where a request comes from. A trusted proxy may forward anything as an address (a port with it, a name,
 * words): what is none stands neither in the trail nor as a limit of its own, and the connection counts.
 */
export function addressOf({ ip, socket }: FastifyRequest): string {
  return isIP(ip) === 0 ? (socket.remoteAddress ?? '') : ip;
}
