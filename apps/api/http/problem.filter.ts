import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Inject } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Logger, Problem, safeError } from '#runtime';
import { Denials } from './denials.js';
import { sendProblem } from './problem-view.js';
import { RouteTable } from './route-table.js';

/** Errors of the HTTP layer itself, by Fastify's code. */
const BY_FASTIFY_CODE: Record<string, () => Problem> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => Problem.of('payload_too_large'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () => Problem.of('unsupported_media_type'),
  FST_ERR_CTP_EMPTY_JSON_BODY: () => Problem.of('malformed_body'),
  FST_ERR_CTP_INVALID_JSON_BODY: () => Problem.of('malformed_body'),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => Problem.of('malformed_body'),
  FST_ERR_BAD_URL: () => Problem.of('not_found'),
};

const BY_STATUS: Record<number, () => Problem> = {
  400: () => Problem.of('malformed_body'),
  401: () => Problem.of('unauthenticated'),
  403: () => Problem.of('forbidden'),
  404: () => Problem.of('not_found'),
  413: () => Problem.of('payload_too_large'),
  415: () => Problem.of('unsupported_media_type'),
};

/** What the database itself refuses, by the codes of our triggers. */
const BY_TRIGGER: Record<string, () => Problem> = {
  LK001: () => Problem.of('last_administrator'),
};

/** PostgreSQL's codes for "not now": connection lost, shutting down, too many connections, lock given up. */
const TRANSIENT = /^(?:08|57P|53|40|55P03)/;

/** Turns whatever was thrown into `application/problem+json`; what it was stays in the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(
    @Inject(Logger) private readonly log: Logger,
    @Inject(RouteTable) private readonly routes: RouteTable,
    @Inject(Denials) private readonly denials: Denials,
  ) {}

  async catch(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    let problem = this.#problemFor(thrown);
    // Also where the framework refused a body before it looked for the route.
    if (problem.code === 'not_found' || !(thrown instanceof Problem)) {
      const allowed = this.routes.methodsOf(request.url);
      if (allowed.length > 0 && !allowed.includes(request.method)) {
        problem = Problem.of('method_not_allowed');
        reply.header('allow', allowed.join(', '));
      }
    }
    this.#note(problem, thrown);
    problem = await this.denials.noted(request, problem);
    sendProblem(reply, problem);
  }

  #problemFor(thrown: unknown): Problem {
    if (thrown instanceof Problem) return thrown;
    const code = errorCode(thrown);
    if (code && BY_FASTIFY_CODE[code]) return BY_FASTIFY_CODE[code]();
    if (code && BY_TRIGGER[code]) return BY_TRIGGER[code]();
    const status =
      thrown instanceof HttpException ? thrown.getStatus() : (thrown as { statusCode?: number })?.statusCode;
    const mapped = status === undefined ? undefined : BY_STATUS[status];
    if (mapped) return mapped();
    if (code && (TRANSIENT.test(code) || code === 'ECONNREFUSED'))
      return Problem.of('overloaded').retryAfter(2);
    return Problem.of('internal');
  }

  #note(problem: Problem, thrown: unknown): void {
    if (problem.reason)
      this.log.info({ code: problem.code, reason: problem.reason }, 'a request was refused');
    if (problem.status >= 500 && !(thrown instanceof Problem)) {
      this.log.error({ code: problem.code, err: safeError(thrown) }, 'a request failed');
    }
  }
}

function errorCode(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
