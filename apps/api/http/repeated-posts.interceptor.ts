import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { lastValueFrom, type Observable, of } from 'rxjs';
import { type KeptAnswer, KeptAnswers, type Repeatable } from '#admission';
import { type Canonical, Problem } from '#runtime';
import type { Reply, Request } from './caller.js';
import { ROUTE_ACCESS, type RouteAccess } from './route.decorators.js';

const KEPT_HEADERS = ['location', 'etag'];

/**
 * Makes every `@Requires` POST safe to repeat with an `Idempotency-Key`: by rule, so that no new route can
 * forget it. Between `PracticeScope`, whose transaction holds work and answer together, and the serializer,
 * so that what is kept is what left.
 */
@Injectable()
export class RepeatedPosts implements NestInterceptor {
  constructor(
    @Inject(KeptAnswers) private readonly answers: KeptAnswers,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const access = this.reflector.get<RouteAccess | undefined>(ROUTE_ACCESS, context.getHandler());
    const http = context.switchToHttp();
    const repeatable = access?.kind === 'permission' ? repeatableOf(http.getRequest<Request>()) : null;
    if (!repeatable) return next.handle();
    const reply = http.getResponse<Reply>();
    const kept = await this.answers.find(repeatable);
    if (kept) return of(replay(reply, kept));
    const body: unknown = await lastValueFrom(next.handle(), { defaultValue: undefined });
    this.answers.keep(repeatable, answerOf(reply, body));
    return of(body);
  }
}

/** @throws Problem `validation_failed` for a key that is none */
function repeatableOf(request: Request): Repeatable | null {
  const { method, user, params, query, body } = request;
  const key = request.headers['idempotency-key'];
  if (method !== 'POST' || !user || key === undefined) return null;
  if (typeof key !== 'string' || !/^[\x21-\x7E]{1,255}$/.test(key)) {
    throw Problem.of('validation_failed').at({
      pointer: '/Idempotency-Key',
      code: 'idempotency_key',
      message: 'must be 1 to 255 visible ASCII characters',
    });
  }
  const asked = [params, query, body ?? null] as Canonical;
  return { userId: user.userId, route: `POST ${request.routeOptions.url}`, key, request: asked };
}

function answerOf(reply: Reply, body: unknown): KeptAnswer {
  const headers = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => {
      const value = reply.getHeader(name);
      return typeof value === 'string' ? [[name, value]] : [];
    }),
  );
  return { status: reply.statusCode, headers, body };
}

function replay(reply: Reply, { status, headers, body }: KeptAnswer): unknown {
  void reply.status(status).headers(headers).header('idempotency-replayed', 'true');
  return body;
}
