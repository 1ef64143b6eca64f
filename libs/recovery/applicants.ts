import { Inject, Injectable } from '@nestjs/common';
import type { SecurityQuestionId } from '#contract';
import { Database } from '#database';
import { Practices } from '#practices';
import { KeyRing, openDeviceToken } from '#secrets';
import { SecurityQuestions, User } from '#users';
import { AnswerAttempts } from './answer-attempts.js';

const STRANGERS = 'unknown';

/** Somebody who says they are locked out, as far as there is an account of that name. */
export interface Applicant {
  user: User;
  answer: { questionId: SecurityQuestionId; sealed: string } | null;
  practiceAsks: boolean;
}

/** Who asks, which question is theirs, and from which device. */
@Injectable()
export class Applicants {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Practices) private readonly practices: Practices,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(AnswerAttempts) private readonly attempts: AnswerAttempts,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  async find(username: string): Promise<Applicant | null> {
    const user = await this.database.em.findOne(User, { username });
    if (!user) return null;
    const { policy } = await this.practices.current();
    return {
      user,
      answer: await this.questions.stored(user.id),
      practiceAsks: policy.securityQuestion === 'on',
    };
  }

  /** The question to ask; null where a decoy must stand in. */
  questionOf(applicant: Applicant | null): SecurityQuestionId | null {
    const asks = applicant?.practiceAsks === true && applicant.user.status !== 'deactivated';
    return asks ? (applicant.answer?.questionId ?? null) : null;
  }

  /** A device that this very user has signed in with counts apart; all others count together. */
  deviceOf(applicant: Applicant | null, deviceToken: string | null): string {
    const device = deviceToken ? openDeviceToken(this.keys, deviceToken) : null;
    const own = device?.practiceId === applicant?.user.practiceId && device?.userId === applicant?.user.id;
    return device && own ? device.deviceId : STRANGERS;
  }

  reserve(username: string, device: string): Promise<string | null> {
    return this.attempts.reserve(username, device);
  }

  async release(attempt: string | null): Promise<void> {
    if (attempt) await this.attempts.release(attempt);
  }
}
