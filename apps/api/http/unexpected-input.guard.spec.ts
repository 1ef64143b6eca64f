import { createParamDecorator, type ExecutionContext, Query } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { describe, expect, it } from 'vitest';
import { UnexpectedInputGuard } from './unexpected-input.guard.js';

const Whoever = createParamDecorator(() => 'somebody');

class Routes {
  closed(@Whoever() who: string) {
    return who;
  }
  open(@Query() query: object) {
    return query;
  }
}

const letIn = (name: 'closed' | 'open', request: { query: object; body?: object }) =>
  new UnexpectedInputGuard().canActivate({
    switchToHttp: () => ({ getRequest: () => request }),
    getClass: () => Routes,
    getHandler: () => Routes.prototype[name],
  } as unknown as ExecutionContext);

/** Nest names a custom decorator's parameter at random, anew in each process: all first characters there are. */
function named(uid: string): void {
  const [[key, declared] = []] = Object.entries(Reflect.getMetadata(ROUTE_ARGS_METADATA, Routes, 'closed'));
  const renamed = key?.replace(/^.*(?=__customRouteArgs__)/, uid) ?? '';
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, { [renamed]: declared }, Routes, 'closed');
}

describe('a route that takes no query and no body', () => {
  it.each(['0', '1', '2', '3', '4', '5', '9', 'a'])(
    'takes none, whatever its other parameters are called: %s…',
    (first) => {
      named(`${first}x7q`);
      expect(() => letIn('closed', { query: { skip_timeout_reset: '1' } })).toThrow();
      expect(() => letIn('closed', { query: {}, body: { userId: 'x' } })).toThrow();
      expect(letIn('closed', { query: {} })).toBe(true);
    },
  );
});

it('a route that takes a query is asked with one, and with no body', () => {
  expect(letIn('open', { query: { limit: '5' } })).toBe(true);
  expect(() => letIn('open', { query: {}, body: { limit: 5 } })).toThrow();
});
