import { Inject, Injectable } from '@nestjs/common';
import type { UpdatePractice } from '#contract';
import { type Practice, Practices } from '#practices';
import type { Actor, ExpectedVersion } from '#runtime';
import { type Principal, SessionProof } from '#users';

/** Changes a practice and its policy. */
@Injectable()
export class ChangePractice {
  constructor(
    @Inject(Practices) private readonly practices: Practices,
    @Inject(SessionProof) private readonly proof: SessionProof,
  ) {}

  /**
   * Whoever sits down at somebody else's screen must not be able to turn off the question for the password.
   * @throws Problem `stale`, `reauthentication_required`
   */
  async change(
    actor: Actor,
    principal: Principal,
    changes: UpdatePractice,
    expected: ExpectedVersion,
  ): Promise<Practice> {
    const asked = changes.policy?.reauthenticateMinutes;
    const { policy } = await this.practices.hold();
    if (asked !== undefined && asked !== policy.reauthenticateMinutes) {
      await this.proof.mustBeRecent(principal.sessionId);
    }
    return this.practices.update(actor, changes, expected);
  }
}
