import { Inject, Injectable } from '@nestjs/common';
import type { SecurityQuestionId } from '#contract';
import { Database } from '#database';
import { NIL_ID } from '#runtime';
import { KeyRing, openDeviceToken } from '#secrets';

const STRANGERS = 'unknown';

/** Somebody who says they are locked out, as far as there is an account of that name. */
export interface Applicant {
  userId: string;
  status: 'invited' | 'active' | 'deactivated';
  answer: { questionId: SecurityQuestionId; sealed: string } | null;
  practiceAsks: boolean;
}

interface Row {
  user_id: string | null;
  status: Applicant['status'] | null;
  asks: boolean | null;
  question_id: SecurityQuestionId | null;
  sealed: string | null;
}

/** Who asks, which question is theirs, and from which device. */
@Injectable()
export class Applicants {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /**
   * One statement, which looks for an answer also where there is no account, so that it takes as long.
   * `case` and not `coalesce`, which PostgreSQL does not trust before row-level security: it would read all
   * answers of the practice, and take longer the more there are.
   */
  async find(username: string): Promise<Applicant | null> {
    const [row] = await this.database.sql<Row>(
      `select u.id as user_id, u.status, p.policy ->> 'securityQuestion' = 'on' as asks, a.question_id, a.sealed
       from (select $1::text as username) typed
       left join users u on u.practice_id = current_practice() and u.username = typed.username
         and u.erased_at is null
       left join practices p on p.practice_id = current_practice()
       left join security_answers a on a.practice_id = current_practice()
         and a.user_id = case when u.id is null then $2::uuid else u.id end`,
      [username, NIL_ID],
    );
    if (!row?.user_id || !row.status) return null;
    const { user_id: userId, status, asks, question_id: questionId, sealed } = row;
    return {
      userId,
      status,
      answer: questionId && sealed ? { questionId, sealed } : null,
      practiceAsks: asks === true,
    };
  }

  /** The question to ask; null where a decoy must stand in. */
  questionOf(applicant: Applicant | null): SecurityQuestionId | null {
    const asks = applicant?.practiceAsks === true && applicant.status !== 'deactivated';
    return asks ? (applicant.answer?.questionId ?? null) : null;
  }

  /** A device that this very user has signed in with counts apart; all others count together. */
  deviceOf(applicant: Applicant | null, deviceToken: string | null): string {
    const device = deviceToken ? openDeviceToken(this.keys, deviceToken) : null;
    const own = device?.practiceId === this.database.practiceId && device.userId === applicant?.userId;
    return device && own ? device.deviceId : STRANGERS;
  }
}
