import { type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROUTE_ACCESS, ROUTE_RESPONSE, type RouteAccess } from './route.decorators.js';

/** Every HTTP handler of the application, with its class. */
function handlersOf(app: INestApplication) {
  const discovery = app.get(DiscoveryService);
  const scanner = app.get(MetadataScanner);
  return discovery.getControllers().flatMap(({ instance, metatype }) => {
    if (!instance || !metatype) return [];
    const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
    return scanner
      .getAllMethodNames(prototype)
      .map((name) => ({ controller: metatype, name, handler: prototype[name] as object }))
      .filter(({ handler }) => Reflect.hasMetadata(METHOD_METADATA, handler));
  });
}

/** A signed-in POST that answers with something it made, and not under the rule of `RepeatedPosts`. */
function createsUnrepeatably(handler: object): boolean {
  const access = Reflect.getMetadata(ROUTE_ACCESS, handler) as RouteAccess | undefined;
  return access?.kind === 'signed-in' && Reflect.getMetadata(ROUTE_RESPONSE, handler) !== 'nothing';
}

/**
 * Stops the boot when a route does not say who may call it or what it answers: forgotten marks are
 * found by whoever forgot them, not by an attacker.
 */
export function checkRoutes(app: INestApplication): void {
  const faults = handlersOf(app).flatMap(({ controller, name, handler }) => {
    const marked = (key: string) => Reflect.hasMetadata(key, handler) || Reflect.hasMetadata(key, controller);
    const missing = [
      ...(marked(ROUTE_ACCESS) ? [] : ['@Public(), @SignedIn() or @Requires(permission)']),
      ...(marked(ROUTE_RESPONSE) ? [] : ['@Returns(status, schema) or @ReturnsNothing()']),
    ];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as number];
    if (method === 'POST' && createsUnrepeatably(handler)) {
      missing.push('@Requires(permission): only such a POST may be repeated with an Idempotency-Key');
    }
    return missing.map((mark) => `${method} ${controller.name}.${name} lacks ${mark}`);
  });
  if (faults.length > 0) throw new Error(`Routes are not complete:\n${faults.join('\n')}`);
}
