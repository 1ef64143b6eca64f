import { Inject, Injectable } from '@nestjs/common';
import { type CurrentSessionView, formatPracticeId, type ListSessions } from '#contract';
import { Practices } from '#practices';
import { Problem } from '#runtime';
import { type Principal, Sessions, UserDirectory } from '#users';
import { Cursors } from '../http/cursors.js';

/** The session as its owner's client sees it. */
@Injectable()
export class SessionViews {
  constructor(
    @Inject(Practices) private readonly practices: Practices,
    @Inject(UserDirectory) private readonly directory: UserDirectory,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Cursors) private readonly cursors: Cursors,
  ) {}

  /** Call in the principal's practice. */
  async current(principal: Principal): Promise<CurrentSessionView> {
    const [practice, user] = await Promise.all([
      this.practices.name(),
      this.directory.find(principal.userId, null),
    ]);
    if (!user) throw Problem.of('unauthenticated');
    return {
      user: user.view,
      practice: { practiceId: formatPracticeId(practice.code), name: practice.name },
      permissions: principal.rights.permissions,
      rules: principal.rights.rules,
      passwordChangeRequired: principal.restrictedTo !== null,
      expiresAt: principal.expiresAt.toISOString(),
    };
  }

  /** One's own sessions, newest first; call in the principal's practice. */
  async list(principal: Principal, query: ListSessions) {
    const before = this.cursors.open('sessions', principal, query);
    const rows = await this.sessions.list(principal.userId, query.limit, before);
    const page = this.cursors.page('sessions', principal, query, rows, ({ id }) => id);
    const items = page.items.map((row) => ({
      id: row.id,
      current: row.id === principal.sessionId,
      transport: row.transport,
      sourceAddress: row.source_address,
      userAgent: row.user_agent,
      createdAt: row.created_at.toISOString(),
      lastSeenAt: row.last_seen_at.toISOString(),
      expiresAt: row.expires_at.toISOString(),
    }));
    return { ...page, items };
  }
}
