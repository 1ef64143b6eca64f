import { BlockList } from 'node:net';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#runtime';

const FORWARDING =
  /^(?:x-forwarded(?:-.*)?|forwarded|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|via)$/;
const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Lets in only who speaks to this machine by name, directly: a foreign `Host` is a rebound DNS name,
 * a forwarding header is a proxy that carries strangers. The mailbox holds live temporary passwords.
 */
@Injectable()
export class LoopbackOnlyGuard implements CanActivate {
  /** @throws Problem `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reason = refusal(request);
    if (reason) {
      throw Problem.of('forbidden', 'The mailbox answers on its own machine only.').because(reason);
    }
    return true;
  }
}

function refusal({ headers, socket }: FastifyRequest): string | null {
  if (Object.keys(headers).some((name) => FORWARDING.test(name))) return 'forwarding header';
  const { remoteAddress = '', remoteFamily, localPort } = socket;
  if (!loopback.check(remoteAddress, remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4')) return 'remote peer';
  // The port is the one really listened on, so that `PORT=0` needs no further configuration.
  const allowed = LOOPBACK_NAMES.flatMap((name) =>
    localPort === 80 ? [name, `${name}:80`] : [`${name}:${localPort}`],
  );
  return allowed.includes((headers.host ?? '').toLowerCase()) ? null : 'foreign host';
}
