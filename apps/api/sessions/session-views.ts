import { Inject, Injectable } from '@nestjs/common';
import { rulesFor } from '#access';
import { type CurrentSessionView, formatPracticeId } from '#contract';
import { Practices } from '#practices';
import { Problem } from '#runtime';
import { type Principal, UserDirectory } from '#users';

/** The session as its owner's client sees it. */
@Injectable()
export class SessionViews {
  constructor(
    @Inject(Practices) private readonly practices: Practices,
    @Inject(UserDirectory) private readonly directory: UserDirectory,
  ) {}

  /** Call in the principal's practice. */
  async current(principal: Principal): Promise<CurrentSessionView> {
    const [practice, user] = await Promise.all([
      this.practices.name(),
      this.directory.find(principal.userId),
    ]);
    if (!user) throw Problem.of('unauthenticated');
    return {
      user: user.view,
      practice: { practiceId: formatPracticeId(practice.code), name: practice.name },
      permissions: principal.permissions,
      rules: rulesFor(principal.permissions),
      passwordChangeRequired: principal.restrictedTo !== null,
      expiresAt: principal.expiresAt.toISOString(),
    };
  }
}
