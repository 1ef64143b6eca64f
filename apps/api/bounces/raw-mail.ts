import type { FastifyInstance, FastifyRequest } from 'fastify';
import { LARGEST_REPORT_BYTES } from '#bounces';
import { Problem } from '#runtime';

const ROUTE = '/mail/bounces';

/** Lets `POST /mail/bounces`, and no other route, take a mail as its body; of a size of its own. */
export function readRawMail(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(
    'message/rfc822',
    async (request: FastifyRequest, payload: AsyncIterable<Buffer>): Promise<Buffer> => {
      if (request.routeOptions.url !== ROUTE) throw Problem.of('unsupported_media_type');
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of payload) {
        bytes += chunk.length;
        if (bytes > LARGEST_REPORT_BYTES) throw Problem.of('payload_too_large');
        chunks.push(chunk);
      }
      return Buffer.concat(chunks);
    },
  );
}
