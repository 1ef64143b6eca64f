import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, type Observable, switchMap } from 'rxjs';
import type { Permission } from '#contract';
import { AnswerFollowUp } from '#recovery';
import type { Request } from './caller.js';
import { ROUTE_ACCESS, type RouteAccess } from './route.decorators.js';

/** What is read with these shows what follows from answers. */
const READING: ReadonlySet<Permission> = new Set(['reset-log:read', 'delivery:read', 'audit:read']);

/**
 * Has what follows from given answers written down before somebody reads the record, so that it holds every
 * answer that was accepted, whether or not a worker runs. Before the transaction of the reading itself.
 */
@Injectable()
export class AnswersFirst implements NestInterceptor {
  constructor(
    @Inject(AnswerFollowUp) private readonly answers: AnswerFollowUp,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const access = this.reflector.get<RouteAccess | undefined>(ROUTE_ACCESS, context.getHandler());
    const { user } = context.switchToHttp().getRequest<Request>();
    if (access?.kind !== 'permission' || !READING.has(access.permission) || !user) return next.handle();
    return from(this.answers.catchUp(user.practiceId)).pipe(switchMap(() => next.handle()));
  }
}
