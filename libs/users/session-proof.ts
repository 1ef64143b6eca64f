import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { Problem } from '#runtime';
import { newSessionToken, parseSessionToken, type Secret } from '#secrets';

/** How long the token before a renewal is still taken, for requests that were under way with it. */
const FORMER_TOKEN_SECONDS = 30;

/** Whether the password was proved recently enough for the policy that holds now; never with a temporary one. */
export const RECENT = `s.restricted_to is null and (p.policy->>'reauthenticateMinutes' = '0'
  or s.reauthenticated_at > app_now() - make_interval(mins => (p.policy->>'reauthenticateMinutes')::int))`;

/** What the session of a request under way must still be able to show when its work is done. */
@Injectable()
export class SessionProof {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Keeps the session from being ended until this transaction has. Work that began before it was
   * revoked stops here; so does work that wants a recent password when the policy was tightened meanwhile.
   * @throws Problem `unauthenticated`, `reauthentication_required`
   */
  async mustStillStand(sessionId: string, { recent = false } = {}): Promise<void> {
    const [row] = await this.database.sql<{ recent: boolean }>(
      `select ${RECENT} as recent from sessions s join practices p on p.practice_id = s.practice_id
       where s.practice_id = current_practice() and s.id = $1 for key share of s`,
      [sessionId],
    );
    if (!row) throw Problem.of('unauthenticated');
    if (recent && !row.recent) throw Problem.of('reauthentication_required');
  }

  /** For what only sometimes wants a recent password. @throws Problem `reauthentication_required` */
  async mustBeRecent(sessionId: string): Promise<void> {
    const [row] = await this.database.sql<{ recent: boolean }>(
      `select ${RECENT} as recent from sessions s join practices p on p.practice_id = s.practice_id
       where s.practice_id = current_practice() and s.id = $1`,
      [sessionId],
    );
    if (!row?.recent) throw Problem.of('reauthentication_required');
  }

  /** As `mustStillStand`, and alone: two changes of one password through one session come one after the other. */
  async hold(sessionId: string): Promise<void> {
    const rows = await this.database.sql(
      'select 1 from sessions where practice_id = current_practice() and id = $1 for update',
      [sessionId],
    );
    if (rows.length === 0) throw Problem.of('unauthenticated');
  }

  /**
   * The password was proved again. With `renew` the session gets another token (ASVS 7.2.4), which is
   * returned; the one before serves requests under way, for seconds.
   */
  async reauthenticated(sessionId: string, { renew }: { renew: boolean }): Promise<Secret | null> {
    const token = renew ? newSessionToken(this.database.practiceId) : null;
    await this.database.sql(
      `update sessions set reauthenticated_at = app_now(), token_hash = coalesce($2, token_hash),
         former_hash = case when $2::bytea is null then former_hash else token_hash end,
         former_until = case when $2::bytea is null then former_until
           else app_now() + make_interval(secs => ${FORMER_TOKEN_SECONDS}) end
       where practice_id = current_practice() and id = $1`,
      [sessionId, token && parseSessionToken(token.reveal())?.hash],
    );
    return token;
  }
}
