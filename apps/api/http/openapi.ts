import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `Accounts of many practices, and the way back in for whoever is locked out.

Lists answer \`{ items, nextCursor }\`. Errors are \`application/problem+json\` (RFC 9457) with a stable \`code\`.
Sign in with \`POST /api/v1/sessions\`: a browser gets a cookie, a program asks for \`"transport": "bearer"\`.`;

/** The API as OpenAPI 3.1, made from the same schemas that check requests and answers. */
function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Latchkey')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer' })
    .addCookieAuth('latchkey-session')
    .build();
  return SwaggerModule.createDocument(app, description, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').replace(/^./, (first) => first.toLowerCase())}.${method}`,
  });
}

/** `/api/openapi.json`, and `/api/docs` to read and try it. */
export function serveApiDescription(app: NestFastifyApplication): void {
  SwaggerModule.setup('api/docs', app, () => describeApi(app), { jsonDocumentUrl: 'api/openapi.json' });
}
