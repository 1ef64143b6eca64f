import { PROBLEMS, type ProblemCode } from '#contract';

/** One field at fault: an RFC 6901 pointer into the request, a stable code, a sentence. */
export interface FieldFault {
  pointer: string;
  code: string;
  message: string;
}

/** Where a caller stands with a limit, as the `RateLimit` headers tell it. */
export interface LimitState {
  name: string;
  quota: number;
  windowSeconds: number;
  remaining: number;
  /** Until there is more than `remaining`; null while nobody has to wait for it. */
  resetSeconds: number | null;
}

/** An expected refusal, answered as `application/problem+json` (RFC 9457). */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** For the log only: never leaves the process. */
  reason: string | undefined;
  errors: FieldFault[] | undefined;
  retryAfterSeconds: number | undefined;
  limit: LimitState | undefined;

  private constructor(
    readonly code: ProblemCode,
    readonly detail: string,
  ) {
    super(detail);
  }

  static of(code: ProblemCode, detail: string = PROBLEMS[code].detail): Problem {
    return new Problem(code, detail);
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }

  get title(): string {
    return PROBLEMS[this.code].title;
  }

  /** Adds what the log should say and the client must not read. */
  because(reason: string): this {
    this.reason = reason;
    return this;
  }

  at(...errors: FieldFault[]): this {
    this.errors = [...(this.errors ?? []), ...errors];
    return this;
  }

  retryAfter(seconds: number): this {
    this.retryAfterSeconds = Math.max(1, Math.ceil(seconds));
    return this;
  }

  /** Adds the limit that this attempt has counted against. */
  limitedBy(limit: LimitState): this {
    this.limit = limit;
    return this;
  }
}
