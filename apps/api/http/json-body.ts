import type { FastifyInstance } from 'fastify';
import { Problem } from '#runtime';
import { leaveCsvUnread } from './csv-body.js';

const JSON_TYPE = /^application\/json(?:[ \t]*;[ \t]*charset="?utf-8"?)?[ \t]*$/i;
const DEEPEST = 32;
/** In valid JSON: a text, with the colon that makes it a name, or a bracket. */
const TOKENS = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\]]/g;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** JSON is the one thing that is read: not what forms send, which any site may do, and no other charset. */
export function readJsonOnly(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  leaveCsvUnread(fastify);
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!JSON_TYPE.test(request.headers['content-type'] ?? '')) throw Problem.of('unsupported_media_type');
      done(null, parseJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

/**
 * A body that means the same to everybody who reads it: I-JSON (RFC 7493), so UTF-8, no name twice in an
 * object, no lone surrogates; not nested deeper than any request is, and nothing named `__proto__`.
 * @throws Problem `malformed_body`
 */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    const text = utf8.decode(bytes);
    const value: unknown = JSON.parse(text);
    mustBeUnambiguous(text);
    return value;
  } catch (error) {
    throw error instanceof Problem ? error : Problem.of('malformed_body');
  }
}

function mustBeUnambiguous(json: string): void {
  /** The names so far of each object that is open; none in an array. */
  const open: Set<string>[] = [];
  for (const [token, raw, colon] of json.matchAll(TOKENS)) {
    if (raw === undefined) {
      if (token === '}' || token === ']') open.pop();
      else if (open.push(new Set()) > DEEPEST)
        throw malformed(`The body is nested deeper than ${DEEPEST} levels.`);
      continue;
    }
    const text = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw;
    if (!text.isWellFormed()) throw malformed('A text in the body holds half of a surrogate pair.');
    if (!colon) continue;
    const names = open.at(-1);
    if (text === '__proto__' || names?.has(text))
      throw malformed('An object in the body has a name twice, or one that none may have.');
    names?.add(text);
  }
}

const malformed = (detail: string): Problem => Problem.of('malformed_body', detail);
