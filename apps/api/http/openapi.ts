import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `Accounts of many practices, and the way back in for whoever is locked out.

Bodies are I-JSON (RFC 7493): UTF-8, no name twice. Errors are \`application/problem+json\` (RFC 9457) with a
stable \`code\`. Lists answer \`{ items, nextCursor }\`, and a \`Link\` to the next page. \`If-Match\` is honoured
where an answer has an \`ETag\`, and for what sends a temporary password.
Sign in with \`POST /api/v1/sessions\`: a browser gets a cookie, a program asks for \`"transport": "bearer"\`.
Routes with \`x-reauthentication\` may ask for the password again: \`POST /api/v1/sessions/current/reauthentication\`.`;

/** The API as OpenAPI 3.1, made from the same schemas that check requests and answers. */
function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const description = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Latchkey')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque' })
    .addCookieAuth('latchkey-session')
    .build();
  const document = SwaggerModule.createDocument(app, description, {
    operationIdFactory: (controller, method) =>
      `${controller.replace(/Controller$/, '').replace(/^./, (first) => first.toLowerCase())}.${method}`,
  });
  describeKeys(document);
  return withProblems(document);
}

const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description:
    'Repeat the call with the same key: within 24 hours it is carried out once and answered again.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

/** What `RepeatedPosts` makes safe to repeat, by the same rule. */
function describeKeys({ paths }: OpenAPIObject): void {
  for (const { post } of Object.values(paths)) {
    if (post && 'x-permission' in post) (post.parameters ??= []).push(KEY_HEADER);
  }
}

/** Every route's refusals under one named schema and their own media type, which the generator cannot say. */
function withProblems(document: OpenAPIObject): OpenAPIObject {
  const schemas = (document.components ??= {}).schemas ?? {};
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations) as { responses?: Record<string, unknown> }[]) {
      const refusal = operation.responses?.['default'] as { content?: Record<string, { schema: object }> };
      const schema = refusal?.content?.['application/json']?.schema;
      if (!schema) continue;
      schemas['Problem'] ??= schema;
      refusal.content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
    }
  }
  document.components.schemas = schemas;
  return document;
}

/** `/api/openapi.json`, and `/api/docs` to read and try it. */
export function serveApiDescription(app: NestFastifyApplication): void {
  // Made once, when somebody first asks: anybody may ask, and making it takes a while.
  let description: OpenAPIObject | undefined;
  const describe = () => (description ??= describeApi(app));
  SwaggerModule.setup('api/docs', app, describe, { jsonDocumentUrl: 'api/openapi.json' });
}
