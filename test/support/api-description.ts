import type { Product } from './product.js';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;
type Method = (typeof METHODS)[number];

/** The part of JSON Schema that the walks look at. */
export interface FieldSchema {
  type?: string | string[];
  enum?: unknown[];
  items?: FieldSchema;
  properties?: Record<string, FieldSchema>;
  required?: string[];
  minimum?: number;
  maxLength?: number;
}

/** One call that the running product says it answers. */
export interface Operation {
  method: Method;
  /** As described: `/api/v1/users/{id}`. */
  path: string;
  /** Method and path, for tables and messages. */
  name: string;
  query: { name: string; schema: FieldSchema }[];
  /** What it takes as JSON, or null. */
  body: FieldSchema | null;
  /** Takes a file of comma-separated values. */
  takesCsv: boolean;
  /** Whether it needs a session. */
  guarded: boolean;
}

/** Every operation under `/api/v1`, from the document that the product serves about itself. */
export async function operationsOf({ http }: Pick<Product, 'http'>): Promise<Operation[]> {
  const { body } = await http.get('/api/openapi.json').expect(200);
  return Object.entries<Record<string, Described>>(body.paths)
    .filter(([path]) => path.startsWith('/api/v1/'))
    .flatMap(([path, described]) =>
      METHODS.filter((method) => method in described).map((method) =>
        operation(method, path, described[method] as Described),
      ),
    );
}

interface Described {
  parameters?: { name: string; in: string; schema: FieldSchema }[];
  requestBody?: { content: Record<string, { schema: FieldSchema }> };
  security?: unknown[];
}

function operation(method: Method, path: string, described: Described): Operation {
  return {
    method,
    path,
    name: `${method.toUpperCase()} ${path}`,
    query: (described.parameters ?? []).filter((parameter) => parameter.in === 'query'),
    body: described.requestBody?.content['application/json']?.schema ?? null,
    takesCsv: described.requestBody?.content['text/csv'] !== undefined,
    guarded: described.security !== undefined,
  };
}
