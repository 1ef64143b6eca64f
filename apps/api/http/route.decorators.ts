import { applyDecorators, HttpCode, SerializeOptions, SetMetadata, UseGuards } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCookieAuth,
  ApiDefaultResponse,
  ApiExtension,
  ApiOperation,
  ApiResponse,
} from '@nestjs/swagger';
import type * as z from 'zod';
import type { RequestLimitName } from '#admission';
import type { Permission } from '#contract';
import { CsvBodyGuard } from './csv-body.js';
import { ProblemView } from './problem-view.js';
import type { LimitedRoute } from './strangers.js';

/** Who may call a route. A route without one of these does not boot. */
export type RouteAccess =
  | { kind: 'public' }
  | { kind: 'signed-in'; restrictedToo: boolean }
  | { kind: 'permission'; permission: Permission };

export const ROUTE_ACCESS = 'latchkey:route-access';
export const ROUTE_RESPONSE = 'latchkey:route-response';
export const ROUTE_RECENT = 'latchkey:route-recent';
export const ROUTE_UNITS = 'latchkey:route-units';

/** Anyone, signed in or not. */
export const Public = () => SetMetadata(ROUTE_ACCESS, { kind: 'public' } satisfies RouteAccess);

/** How much strangers may ask here: every request counts, or failures, which the handler counts by itself. */
export const Limited = (limit: RequestLimitName, counts: LimitedRoute['counts'] = 'requests') =>
  RouteConfig({ limited: { limit, counts } satisfies LimitedRoute });

/** Anyone signed in, about themselves; `restrictedToo` also with a temporary password. */
export const SignedIn = ({ restrictedToo = false } = {}) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { kind: 'signed-in', restrictedToo } satisfies RouteAccess),
    ApiBearerAuth(),
    ApiCookieAuth(),
  );

/** Whoever holds the permission; the handler runs in one transaction of their practice. */
export const Requires = (permission: Permission) =>
  applyDecorators(
    SetMetadata(ROUTE_ACCESS, { kind: 'permission', permission } satisfies RouteAccess),
    ApiExtension('x-permission', permission),
    ApiBearerAuth(),
    ApiCookieAuth(),
  );

/** For what takes minutes: the handler opens its transactions by itself, and holds none in between. It only reads. */
export const InUnitsOfItsOwn = () => SetMetadata(ROUTE_UNITS, true);

/**
 * Only while the password was proved within the policy's `reauthenticateMinutes` (ASVS 7.5). Where that
 * depends on `fields` of the body, the domain asks (`SessionProof.mustBeRecent`) and this only describes it.
 */
export const RecentlyAuthenticated = (...fields: string[]) =>
  applyDecorators(
    SetMetadata(ROUTE_RECENT, fields.length === 0),
    ApiExtension('x-reauthentication', fields.length === 0 ? true : fields),
  );

/** Status, shape and meaning of the answer: what the schema does not name is never sent. */
export const Returns = (status: number, schema: z.ZodType, summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    HttpCode(status),
    SetMetadata(ROUTE_RESPONSE, schema),
    SerializeOptions({ schema }),
    ApiResponse({ status, standardSchema: schema, description: 'Done' }),
    ApiDefaultResponse({ standardSchema: ProblemView, description: 'A problem (RFC 9457)' }),
  );

/** 204: done, nothing to say. */
export const ReturnsNothing = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    HttpCode(204),
    SetMetadata(ROUTE_RESPONSE, 'nothing'),
    ApiResponse({ status: 204, description: 'Done' }),
    ApiDefaultResponse({ standardSchema: ProblemView, description: 'A problem (RFC 9457)' }),
  );

/** A page or a file of the product's own, sent as it is. */
export const ReturnsFile = () => SetMetadata(ROUTE_RESPONSE, 'file');

/**
 * The state of one thing as server-sent events: now, and after each change. Such a request keeps no session alive;
 * `EventStreams` ends it when the session ends.
 */
export const ReturnsEvents = (summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    RouteConfig({ streamsEvents: true }),
    SetMetadata(ROUTE_RESPONSE, 'events'),
    ApiResponse({
      status: 200,
      description: 'Each event’s `data` is the object in JSON; comments in between keep the connection open',
      content: { 'text/event-stream': { schema: { type: 'string' } } },
    }),
    ApiResponse({ status: 204, description: 'It has ended, and `Last-Event-ID: final` says that you know' }),
    ApiDefaultResponse({ standardSchema: ProblemView, description: 'A problem (RFC 9457)' }),
  );

/** Takes a file of comma-separated values, and nothing else; the handler finds it as `@Upload()`. */
export const TakesCsv = (mostBytes: number) =>
  applyDecorators(
    RouteConfig({ takesCsv: { mostBytes } }),
    UseGuards(CsvBodyGuard),
    ApiConsumes('text/csv'),
    ApiBody({ schema: { type: 'string', format: 'csv', maxLength: mostBytes } }),
  );

/** A file made while it is read, in one of these forms. */
export const ReturnsStream = (mediaTypes: readonly string[], summary: string) =>
  applyDecorators(
    ApiOperation({ summary }),
    SetMetadata(ROUTE_RESPONSE, 'file'),
    ApiResponse({
      status: 200,
      description: 'A file',
      content: Object.fromEntries(mediaTypes.map((type) => [type, { schema: { type: 'string' } }])),
    }),
    ApiDefaultResponse({ standardSchema: ProblemView, description: 'A problem (RFC 9457)' }),
  );
