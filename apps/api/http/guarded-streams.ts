import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import type { Permission } from '#contract';
import { Database } from '#database';
import { Logger, safeError } from '#runtime';
import { type Principal, Sessions } from '#users';
import type { Reply } from './caller.js';

/** With the time a look takes, within the second in which a revocation must act. */
const LOOK_MILLISECONDS = 500;

/** Files that are handed out for as long as whoever asked for them may still have them. */
@Injectable()
export class GuardedStreams {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  /**
   * Outside a unit of work. Broken off, visibly, once the session has ended or lost the permission, or where
   * nobody can be asked; also while the receiver takes nothing.
   */
  open(
    pieces: AsyncGenerator<string>,
    { practiceId, sessionId }: Principal,
    permission: Permission,
    reply: Reply,
  ): Readable {
    const stream = Readable.from(pieces);
    let looking = false;
    const look = async (): Promise<void> => {
      if (looking) return;
      looking = true;
      const stands = await this.#stands(practiceId, sessionId, permission);
      looking = false;
      if (!stands) stream.destroy(new Error('The session that asked for this file has ended'));
    };
    const timer = setInterval(() => void look(), LOOK_MILLISECONDS).unref();
    stream.once('close', () => clearInterval(timer));
    // Also when nothing of it was ever read.
    reply.raw.once('close', () => stream.destroy());
    return stream;
  }

  async #stands(practiceId: string, sessionId: string, permission: Permission): Promise<boolean> {
    try {
      const standing = await this.database.inPractice(practiceId, () => this.sessions.standing([sessionId]));
      return standing.get(sessionId)?.rights.may(permission) === true;
    } catch (error) {
      this.log.warn(
        { err: safeError(error) },
        'a file was broken off: nobody knows whether its session stands',
      );
      return false;
    }
  }
}
