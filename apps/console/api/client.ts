import { isAttended, noteExtension } from './attention.js';
import { type Interruption, interrupt } from './interruptions.js';
import { ApiProblem } from './problem.js';
import { noteServerTime } from './server-clock.js';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type QueryValue = string | number | undefined;

export interface CallOptions {
  /** JSON, or a file as it is. */
  body?: unknown;
  query?: Record<string, QueryValue>;
  /** The tag a change is based on, sent as `If-Match`. */
  basedOn?: string | null;
  /** The same wish under the same key is carried out once, however often it is sent. */
  onceAs?: string;
  signal?: AbortSignal;
  /** True keeps the session alive, false does not; left out, it depends on whether somebody is there. */
  attended?: boolean;
}

/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** An answer with the tag that a change of it must name. */
export interface Tagged<T> {
  value: T;
  etag: string | null;
}

/** Problems that the person can settle on the spot; the call is then repeated as it was. */
const SETTLED_BY: Partial<Record<ApiProblem['code'], Interruption>> = {
  unauthenticated: 'sign-in',
  reauthentication_required: 'confirm-password',
};

/** Calls the public API. @throws ApiProblem */
export async function call<T>(method: Method, path: string, options: CallOptions = {}): Promise<T> {
  return (await callTagged<T>(method, path, options)).value;
}

export async function callTagged<T>(
  method: Method,
  path: string,
  options: CallOptions = {},
): Promise<Tagged<T>> {
  const response = await answer(method, path, options);
  const value = response.status === 204 ? undefined : await reached(() => response.json(), options.signal);
  return { value: value as T, etag: response.headers.get('etag') };
}

/** A file under the name that the API gives it. @throws ApiProblem */
export async function callFile(path: string, query: CallOptions['query']): Promise<File> {
  const response = await answer('GET', path, { ...(query && { query }), attended: true });
  const name = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return new File([await reached(() => response.blob())], name ?? 'export');
}

/** The answer, once everything is settled that the person can settle. @throws ApiProblem */
async function answer(method: Method, path: string, options: CallOptions): Promise<Response> {
  for (;;) {
    const response = await send(method, path, options);
    if (response.ok) return response;
    const problem = await ApiProblem.from(response);
    const interruption = SETTLED_BY[problem.code];
    if (!interruption || !(await interrupt(interruption))) throw problem;
  }
}

async function send(method: Method, path: string, options: CallOptions): Promise<Response> {
  const { body, query, basedOn, onceAs, signal } = options;
  const headers = new Headers({ accept: 'application/json' });
  const file = body instanceof Blob ? body : null;
  if (body !== undefined) headers.set('content-type', file?.type ?? 'application/json');
  if (basedOn) headers.set('if-match', basedOn);
  if (onceAs) headers.set('idempotency-key', onceAs);
  if (options.attended ?? (method !== 'GET' || isAttended())) noteExtension();
  else headers.set('x-latchkey-background', '1');
  const request: RequestInit = {
    method,
    headers,
    credentials: 'same-origin',
    ...(body !== undefined && { body: file ?? JSON.stringify(body) }),
    ...(signal && { signal }),
  };
  const response = await reached(() => fetch(`/api/v1${path}${queryString(query)}`, request), signal);
  noteServerTime(response.headers.get('date'));
  return response;
}

/** The network can fail before an answer and in the middle of one. @throws ApiProblem `unreachable` */
async function reached<T>(part: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await part();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw ApiProblem.unreachable();
  }
}

function queryString(query: Record<string, QueryValue> = {}): string {
  const entries = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  if (entries.length === 0) return '';
  return `?${new URLSearchParams(entries.map(([name, value]) => [name, String(value)]))}`;
}
