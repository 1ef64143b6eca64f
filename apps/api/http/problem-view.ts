import type { FastifyReply } from 'fastify';
import * as z from 'zod';
import { PROBLEMS, type ProblemCode } from '#contract';
import type { LimitState, Problem } from '#runtime';

/** `application/problem+json` (RFC 9457). */
export const ProblemView = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]]),
  requestId: z.string(),
  errors: z.array(z.object({ pointer: z.string(), code: z.string(), message: z.string() })).optional(),
});
export type ProblemView = z.infer<typeof ProblemView>;

/** Answers with the problem; also where the router gives up before any hook or filter runs. */
export function sendProblem(reply: FastifyReply, problem: Problem): void {
  const { status, retryAfterSeconds, limit } = problem;
  const requestId = reply.request.id;
  if (retryAfterSeconds !== undefined) void reply.header('retry-after', retryAfterSeconds);
  if (limit) tellLimit(reply, limit);
  void reply
    .status(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    // The router gives up before helmet's hook has run.
    .header('x-content-type-options', 'nosniff')
    .header('x-request-id', requestId)
    .send(problemText(requestId, problem));
}

export function problemText(requestId: string, { code, title, status, detail, errors }: Problem): string {
  const view: ProblemView = { type: `/problems/${code}`, title, status, detail, code, requestId };
  if (errors) view.errors = errors;
  return JSON.stringify(view);
}

/** `RateLimit-Policy` and `RateLimit`, structured fields (draft-ietf-httpapi-ratelimit-headers-10). */
export function tellLimit(reply: FastifyReply, limit: LimitState): void {
  const { name, quota, windowSeconds, remaining, resetSeconds } = limit;
  const reset = resetSeconds === null ? '' : `;t=${resetSeconds}`;
  void reply
    .header('ratelimit-policy', `"${name}";q=${quota};w=${windowSeconds}`)
    .header('ratelimit', `"${name}";r=${remaining}${reset}`);
}
