import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '#runtime';
import type { Principal } from '#users';

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

/** The version in `If-Match`, or null; `"7"` and `W/"7"` both name version 7. */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null => {
  const header = requestOf(context).headers['if-match'];
  if (header === undefined || header === '*') return null;
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(header)?.[1];
  // What never was one of our tags cannot be current.
  return version === undefined ? -1 : Number(version);
});

export function actorOf(request: Request): Actor {
  return {
    type: request.user ? 'user' : 'anonymous',
    id: request.user?.userId ?? null,
    sourceAddress: request.ip,
    requestId: request.id,
  };
}

export const etagOf = (version: number): string => `"${version}"`;
