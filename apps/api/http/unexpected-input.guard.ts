import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Request } from './caller.js';
import { validationProblem } from './validation.js';

/** Refuses query parameters and bodies on routes that take none, as schemas refuse unknown fields. */
@Injectable()
export class UnexpectedInputGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const taken = takenBy(context);
    const query = taken.has(RouteParamtypes.QUERY) ? [] : Object.keys(request.query ?? {});
    const body = taken.has(RouteParamtypes.BODY) ? [] : Object.keys(request.body ?? {});
    const keys = [...query, ...body];
    if (keys.length > 0) throw validationProblem([{ code: 'unrecognized_keys', keys, message: '' }]);
    return true;
  }
}

/** Nest's own key for a parameter. Those of custom decorators begin with random letters and digits. */
const OWN_PARAMETER = /^(\d+):\d+$/;

/** Which parts of the request the handler declares. */
function takenBy(context: ExecutionContext): Set<number> {
  const declared = (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), context.getHandler().name) ??
    {}) as Record<string, unknown>;
  return new Set(Object.keys(declared).map((key) => Number(OWN_PARAMETER.exec(key)?.[1])));
}
