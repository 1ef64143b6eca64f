import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { from, lastValueFrom, type Observable } from 'rxjs';
import { againAfterDeadlock, Database } from '#database';
import { failpoint } from '#failpoints';
import { SessionProof } from '#users';
import type { Request } from './caller.js';
import { ROUTE_ACCESS, ROUTE_RECENT, ROUTE_UNITS, type RouteAccess } from './route.decorators.js';

/**
 * Runs every `@Requires` handler in one transaction of the caller's practice (but for `@InUnitsOfItsOwn`), and answers after it has
 * committed. A change is made only while the session still stands, so that a request in flight cannot
 * outlive its revocation (promise 9).
 */
@Injectable()
export class PracticeScope implements NestInterceptor {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(SessionProof) private readonly proof: SessionProof,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const access = this.reflector.get<RouteAccess | undefined>(ROUTE_ACCESS, context.getHandler());
    const recent = this.reflector.get<boolean | undefined>(ROUTE_RECENT, context.getHandler()) ?? false;
    const request = context.switchToHttp().getRequest<Request>();
    const { user } = request;
    if (access?.kind !== 'permission' || !user) return next.handle();
    const handle = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: undefined });
    const work = async (): Promise<unknown> => {
      const result = await handle();
      // Last, so that whoever waits for a lock meanwhile does not hold a session that another is ending.
      if (request.method !== 'GET') await this.proof.mustStillStand(user.sessionId, { recent });
      failpoint('request.carried-out');
      return result;
    };
    const own = this.reflector.get<boolean | undefined>(ROUTE_UNITS, context.getHandler()) ?? false;
    const run = own ? handle : () => this.database.inPractice(user.practiceId, work);
    // Two people who end each other's sessions: whoever lost begins anew, and finds their session gone.
    const answered = againAfterDeadlock(run).then((answer) => {
      failpoint('request.committed');
      return answer;
    });
    return from(answered);
  }
}
