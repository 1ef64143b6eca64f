import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client';

/** What this process alone knows: how long it takes to answer, and its own memory, processor and event loop. */
export class ProcessMetrics {
  readonly #registry = new Registry();
  readonly #answers = new Histogram({
    name: 'latchkey_http_request_seconds',
    help: 'Time to answer, by the route as it is written in the API description',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** `route` is a template such as `/users/:id`: an address would be a label of its own for every user. */
  answered(method: string, route: string, status: number, seconds: number): void {
    this.#answers.observe({ method, route, status: `${Math.floor(status / 100)}xx` }, seconds);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

/** Times every answer but those to strangers who were turned away at the door. */
export function timeAnswers(app: NestFastifyApplication): void {
  const metrics = app.get(ProcessMetrics);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onResponse', (request, reply, done) => {
      const route = request.routeOptions.url ?? 'none';
      metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime / 1_000);
      done();
    });
}
