import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor, ExpectedVersion } from '#runtime';
import type { Principal } from '#users';
import { addressOf } from './client-address.js';

export type Request = FastifyRequest & { user?: Principal };
export type Reply = FastifyReply;

const requestOf = (context: ExecutionContext) => context.switchToHttp().getRequest<Request>();

/** Who is signed in. Only behind `@SignedIn` or `@Requires`. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { user } = requestOf(context);
  if (!user) throw new Error('This route is public: there is no caller');
  return user;
});

/** Who acts, for the audit trail: the signed-in user or somebody unknown, and from where. */
export const Acting = createParamDecorator(
  (_: unknown, context: ExecutionContext): Actor => actorOf(requestOf(context)),
);

/**
 * The versions that `If-Match` names, or null for any (RFC 9110 §13.1.1): a list of tags, compared strongly,
 * so that a weak one matches nothing; no more does what never was one of our tags.
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): ExpectedVersion => {
  const header = requestOf(context).headers['if-match'];
  if (header === undefined || header.trim() === '*') return null;
  return header.split(',').flatMap((tag) => /^\s*"(\d{1,9})"\s*$/.exec(tag)?.slice(1).map(Number) ?? []);
});

export function actorOf(request: Request): Actor {
  return {
    type: request.user ? 'user' : 'anonymous',
    id: request.user?.userId ?? null,
    sourceAddress: addressOf(request),
    requestId: request.id,
  };
}

/** A strong tag that names the version a change is decided on; not the bytes, so it serves no 304. */
export const etagOf = (version: number): string => `"${version}"`;
