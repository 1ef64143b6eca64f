import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { type FieldFault, Problem } from '#runtime';

/** The part of a zod issue, beyond Standard Schema's, that a client can use. */
interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  readonly code?: string | undefined;
  readonly keys?: readonly string[];
  readonly params?: Record<string, unknown> | undefined;
}

/** 422 with an RFC 6901 pointer, a stable code and a sentence for every field at fault. */
export function validationProblem(issues: readonly Issue[]): Problem {
  return Problem.of('validation_failed').at(...issues.flatMap(faultsOf).slice(0, 50));
}

/** Checks what a `schema` option describes; a fault of a path segment is named after the segment. */
class RequestValidationPipe extends StandardSchemaValidationPipe {
  override async transform<T = unknown>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (error instanceof Problem && metadata.type === 'param') {
        for (const fault of error.errors ?? []) fault.pointer ||= `/${metadata.data}`;
      }
      throw error;
    }
  }

  /** Nest would take `__proto__` and `constructor` away in silence; the schema refuses them as unknown. */
  protected override stripProtoKeys(): void {}
}

export const validationPipe = new RequestValidationPipe({ exceptionFactory: validationProblem });

function faultsOf(issue: Issue): FieldFault[] {
  const path = (issue.path ?? []).map((part) => (typeof part === 'object' ? part.key : part));
  if (issue.code === 'unrecognized_keys') {
    return (issue.keys ?? []).map((key) => ({
      pointer: pointerTo([...path, key]),
      code: 'unknown_field',
      message: 'is not a field of this request',
    }));
  }
  const own = issue.params?.['code'];
  const code = typeof own === 'string' ? own : (issue.code ?? 'invalid');
  return [{ pointer: pointerTo(path), code, message: issue.message }];
}

function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
