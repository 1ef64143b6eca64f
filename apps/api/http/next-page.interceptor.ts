import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import type { Reply, Request } from './caller.js';

/** Says where the next page of a list is also in a `Link` header (RFC 8288 §3), for programs that walk lists. */
@Injectable()
export class NextPage implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      tap((answer: unknown) => {
        const cursor = (answer as { nextCursor?: unknown } | null | undefined)?.nextCursor;
        if (typeof cursor !== 'string') return;
        const { pathname, searchParams } = new URL(http.getRequest<Request>().url, 'http://here');
        searchParams.set('cursor', cursor);
        void http.getResponse<Reply>().header('link', `<${pathname}?${searchParams.toString()}>; rel="next"`);
      }),
    );
  }
}
