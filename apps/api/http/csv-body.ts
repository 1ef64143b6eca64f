import type { IncomingMessage } from 'node:http';
import {
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  Injectable,
} from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { Problem } from '#runtime';
import { sha256 } from '#secrets';
import type { Reply, Request } from './caller.js';
import { CsvPlaces } from './csv-places.js';

const CSV_TYPE = /^text\/csv(?:[ \t]*;[ \t]*(?:charset="?utf-8"?|header="?present"?))*[ \t]*$/i;

/** What `@TakesCsv` says about a route. */
interface CsvRoute {
  takesCsv?: { mostBytes: number };
}

/** A file that came as a body. Only its digest is a value of the request: two files are told apart by it. */
export class CsvUpload {
  readonly #bytes: Buffer;
  readonly sha256: string;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.sha256 = sha256(bytes).toString('hex');
  }

  get bytes(): Buffer {
    return this.#bytes;
  }
}

/**
 * A body of CSV stays unread until the guards know who sends it: nobody has ten megabytes taken in without
 * the right to. Where a route takes none, it is as unsupported as anything else.
 */
export function leaveCsvUnread(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('text/csv', (request, _payload, done) => {
    const { takesCsv } = (request.routeOptions.config ?? {}) as CsvRoute;
    const taken = takesCsv && CSV_TYPE.test(request.headers['content-type'] ?? '');
    done(taken ? null : Problem.of('unsupported_media_type'));
  });
}

/** Reads the file; it stands after the guards of the whole application. */
@Injectable()
export class CsvBodyGuard implements CanActivate {
  constructor(@Inject(CsvPlaces) private readonly places: CsvPlaces) {}

  /** @throws Problem `unsupported_media_type`, `payload_too_large`, `overloaded` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const { takesCsv } = request.routeOptions.config as CsvRoute;
    if (!takesCsv || !CSV_TYPE.test(request.headers['content-type'] ?? '')) {
      throw Problem.of('unsupported_media_type', 'Send text/csv in UTF-8.');
    }
    if (Number(request.headers['content-length'] ?? 0) > takesCsv.mostBytes)
      throw tooLarge(http.getResponse());
    this.places.take(request);
    const bytes = await read(request.raw, takesCsv.mostBytes);
    if (!bytes) throw tooLarge(http.getResponse());
    request.body = new CsvUpload(bytes);
    return true;
  }
}

/** The file of a `@TakesCsv` route. */
export const Upload = createParamDecorator(
  (_: unknown, context: ExecutionContext): CsvUpload =>
    context.switchToHttp().getRequest<Request>().body as CsvUpload,
);

/** What is still on its way is not waited for. */
function tooLarge(reply: Reply): Problem {
  reply.header('connection', 'close');
  return Problem.of('payload_too_large');
}

/** Null when it is more than the most; what comes after that is thrown away. */
function read(body: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    body.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
      else resolve(null);
    });
    body.once('end', () => resolve(Buffer.concat(chunks)));
    body.once('error', reject);
    body.once('close', () => reject(Problem.of('malformed_body').because('the client went away')));
  });
}
