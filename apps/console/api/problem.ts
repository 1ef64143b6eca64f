import type { ProblemCode } from '#contract';

/** A field at fault: where in the request, and the rule it breaks. */
export interface FieldFault {
  pointer: string;
  code: string;
  message: string;
}

interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: FieldFault[];
}

/** What the API refused, or that it could not be reached. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';

  private constructor(
    readonly code: ProblemCode | 'unreachable',
    readonly status: number,
    readonly body: ProblemBody,
    readonly retryAfterSeconds: number | null,
  ) {
    super(body.detail ?? code);
  }

  static async from(response: Response): Promise<ApiProblem> {
    const body = (await response.json().catch(() => ({}))) as ProblemBody;
    const code = (body.code ?? 'internal') as ProblemCode;
    const wait = Number(response.headers.get('retry-after'));
    return new ApiProblem(code, response.status, body, Number.isFinite(wait) && wait > 0 ? wait : null);
  }

  /** No answer at all: the network, or the installation is down. */
  static unreachable(): ApiProblem {
    return new ApiProblem('unreachable', 0, {}, null);
  }

  get faults(): readonly FieldFault[] {
    return this.body.errors ?? [];
  }

  /** The rules that a field breaks, by the last part of their pointer. */
  faultsAt(field: string): string[] {
    return this.faults.filter(({ pointer }) => pointer.split('/').at(-1) === field).map(({ code }) => code);
  }
}

export const problemOf = (error: unknown): ApiProblem | null => (error instanceof ApiProblem ? error : null);
