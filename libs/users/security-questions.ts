import { Inject, Injectable } from '@nestjs/common';
import { HashingLane } from '#admission';
import { AuditTrail } from '#audit';
import { SECURITY_QUESTION_IDS, SECURITY_QUESTIONS, type SecurityQuestionId } from '#contract';
import { Database } from '#database';
import { type Actor, Problem } from '#runtime';
import { KeyRing, keyedDigest, normaliseAnswer, type Owner, PasswordHash } from '#secrets';
import type { AccountKey } from './passwords.js';

const SHORTEST_ANSWER = 3;
const DENIED = new Set([
  'none',
  'unknown',
  'idontknow',
  'password',
  'test',
  'asdf',
  'qwerty',
  'abc',
  'xxx',
  '123',
]);

export interface StoredAnswer {
  questionId: SecurityQuestionId;
  sealed: string;
}

/**
 * The security question: a gate that decides whether a mail goes out, never a way to sign in
 * (docs/decisions/0004).
 */
@Injectable()
export class SecurityQuestions {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(PasswordHash) private readonly hash: PasswordHash,
    @Inject(HashingLane) private readonly lane: HashingLane,
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  static text(id: SecurityQuestionId): string {
    return SECURITY_QUESTIONS[id];
  }

  /**
   * Hashes for storing; slow, so never inside a transaction. `known`: whoever asks is signed in.
   * @throws Problem at `pointer` for an answer anyone guesses.
   */
  async protect(
    answer: string,
    pointer: string,
    { practiceId, userId }: AccountKey,
    { known }: { known: boolean },
  ): Promise<string> {
    const normalised = normaliseAnswer(answer);
    if (Array.from(normalised).length < SHORTEST_ANSWER || DENIED.has(normalised)) {
      throw Problem.of('validation_failed').at({
        pointer,
        code: 'weak_answer',
        message: 'must be an answer of at least three letters or digits that nobody guesses at once',
      });
    }
    return this.lane.run(() => this.hash.protect(normalised, owner(practiceId, userId)), { known });
  }

  /** Exactly one slow hash, of a dummy where nothing is stored. */
  verify(answer: string, stored: string | null, account: AccountKey): Promise<boolean> {
    return this.lane.run(
      () => this.hash.verify(normaliseAnswer(answer), stored, owner(account.practiceId, account.userId)),
      { known: false },
    );
  }

  /** Whether two stored forms are of one answer, which may have been sealed anew in between. */
  isSame(one: string, other: string, { practiceId, userId }: AccountKey): boolean {
    return this.hash.isSame(one, other, owner(practiceId, userId));
  }

  /**
   * Carries an answer that is still under an older root over to the current one. For its owner's sign-in, never
   * for a right answer, whose time a stranger can measure.
   */
  async sealAnew({ practiceId, userId }: AccountKey): Promise<void> {
    const [stored] = await this.database.sql<{ sealed: string }>(
      'select sealed from security_answers where practice_id = current_practice() and user_id = $1',
      [userId],
    );
    const anew = stored && this.hash.sealAnew(stored.sealed, owner(practiceId, userId));
    if (!anew) return;
    await this.database.sql(
      `update security_answers set sealed = $3
       where practice_id = current_practice() and user_id = $1 and sealed = $2`,
      [userId, stored.sealed, anew],
    );
  }

  async store(actor: Actor, userId: string, questionId: SecurityQuestionId, sealed: string): Promise<void> {
    await this.database.sql(
      `insert into security_answers (practice_id, user_id, question_id, sealed)
       values (current_practice(), $1, $2, $3)
       on conflict (practice_id, user_id) do update set question_id = $2, sealed = $3, set_at = app_now()`,
      [userId, questionId, sealed],
    );
    this.trail.record({ action: 'security-question.changed', actor, target: { type: 'user', id: userId } });
  }

  /** The question shown for a name that has none: always the same one for that name. */
  decoy(practiceId: string, username: string): SecurityQuestionId {
    const digest = keyedDigest(this.keys, 'decoy', practiceId, username);
    return SECURITY_QUESTION_IDS[digest.readUInt32BE(0) % SECURITY_QUESTION_IDS.length] ?? 'first-street';
  }
}

const owner = (practiceId: string, userId: string): Owner => ({ practiceId, userId, use: 'security-answer' });
