import { Injectable } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';

interface Route {
  pattern: RegExp;
  methods: Set<string>;
}

/** Which methods an address has, for 405 and its `Allow` header. */
@Injectable()
export class RouteTable {
  readonly #routes = new Map<string, Route>();

  /** Must be called before routes are registered. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const segments = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : RegExp.escape(part)));
      const route = this.#routes.get(url) ?? {
        pattern: new RegExp(`^${segments.join('/')}$`),
        methods: new Set(),
      };
      for (const name of [method].flat()) route.methods.add(name);
      this.#routes.set(url, route);
    });
  }

  /** Addresses behind a route that takes any: it cannot tell by itself which of them there are. */
  know(pattern: RegExp, methods: readonly string[]): void {
    this.#routes.set(pattern.source, { pattern, methods: new Set(methods) });
  }

  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0] ?? '';
    const methods = [...this.#routes.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => [...route.methods]);
    return [...new Set(methods)].sort();
  }
}
