import { BlockList } from 'node:net';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Config, Problem } from '#runtime';
import { sameSecret } from '#secrets';

const FORWARDED = /^(?:x-forwarded(?:-.*)?|forwarded|x-real-ip|via)$/;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/**
 * Lets in who brings `METRICS_TOKEN`; without such a token, who connects from this machine itself. The socket
 * decides, never a header: a proxy on this machine that carries a stranger says so.
 */
@Injectable()
export class ScraperGuard implements CanActivate {
  constructor(@Inject(Config) private readonly config: Config) {}

  /** @throws Problem `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const { headers, socket } = context.switchToHttp().getRequest<FastifyRequest>();
    const { METRICS_TOKEN } = this.config.values;
    const [, given = ''] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (METRICS_TOKEN !== undefined && sameSecret(given, METRICS_TOKEN)) return true;
    const family = socket.remoteFamily === 'IPv6' ? 'ipv6' : 'ipv4';
    const direct = !Object.keys(headers).some((name) => FORWARDED.test(name));
    if (METRICS_TOKEN === undefined && direct && loopback.check(socket.remoteAddress ?? '', family))
      return true;
    throw Problem.of('forbidden', 'Metrics are for scrapers of this machine, or with METRICS_TOKEN.');
  }
}
