import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import type { ProblemCode } from '#contract';
import { Database } from '#database';
import { Logger, Problem, safeError } from '#runtime';
import { actorOf, type Request } from './caller.js';

/** Refused to whoever has the right, by a rule that no single person may pass. */
const BY_RULE: ReadonlySet<ProblemCode> = new Set([
  'audit_retention_refused',
  'last_administrator',
  'own_account',
]);

/** Writes down what somebody who is signed in was refused for want of a right, or by such a rule (ASVS 16.3.2). */
@Injectable()
export class Denials {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /**
   * The problem to answer with: 503 where the refusal could not be written down. Counted like a stranger's
   * refusals, so that nobody can hold the chain by asking for what they may not have.
   */
  async noted(request: Request, problem: Problem): Promise<Problem> {
    const { user } = request;
    if (!user || !(problem.status === 403 || BY_RULE.has(problem.code))) return problem;
    const route = `${request.method} ${request.routeOptions.url}`;
    try {
      await this.database.inPractice(user.practiceId, () =>
        this.trail.refuse({
          action: 'access.denied',
          actor: actorOf(request),
          account: `${user.userId} ${problem.code} ${route}`,
          target: { type: 'user', id: user.userId },
          changes: { code: problem.code, route },
        }),
      );
      return problem;
    } catch (error) {
      this.log.error({ err: safeError(error) }, 'a refusal could not be written down');
      return Problem.of('overloaded').retryAfter(2);
    }
  }
}
