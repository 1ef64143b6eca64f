import { Inject, Injectable } from '@nestjs/common';
import type { AnswerAcceptedView, AnswerChallenge, BeginReset, ChallengeView } from '#contract';
import { Database } from '#database';
import { failpoint } from '#failpoints';
import { MailPulse } from '#mail';
import { type Actor, NIL_ID } from '#runtime';
import { SecurityQuestions } from '#users';
import { AnswerAttempts, type Attempt } from './answer-attempts.js';
import { type Applicant, Applicants } from './applicants.js';
import { refusalReason } from './gate.js';
import { GivenAnswers } from './given-answers.js';
import { type Ticket, Tickets } from './tickets.js';

const MESSAGE =
  'If the answer is right, an email with a temporary password is on its way to the address on file. ' +
  'Nothing arrived? Ask an administrator of your practice, or customer service.';

/**
 * The way back in from the sign-in page: a question, an answer, a mail. The question only decides
 * whether the mail goes out; the mailbox proves the person. Asking changes nothing: the password and
 * the sessions stand until a new password is set.
 */
@Injectable()
export class SelfServiceReset {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Applicants) private readonly applicants: Applicants,
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(SecurityQuestions) private readonly questions: SecurityQuestions,
    @Inject(AnswerAttempts) private readonly attempts: AnswerAttempts,
    @Inject(GivenAnswers) private readonly given: GivenAnswers,
    @Inject(MailPulse) private readonly pulse: MailPulse,
  ) {}

  /** The account's question, or a decoy that is always the same for the name. Writes nothing. */
  async begin({ practiceId: code, username }: BeginReset): Promise<ChallengeView> {
    return this.database.inPracticeNamed(code, async () => {
      const applicant = await this.applicants.find(username);
      // A decoy hangs on the typed Practice ID, since unknown ones all share the nil practice.
      const decoy = this.questions.decoy(code, username);
      const questionId = this.applicants.questionOf(applicant) ?? decoy;
      const { ticket, expiresAt } = this.tickets.issue({ username, questionId });
      const text = SecurityQuestions.text(questionId);
      return { ticket, question: { id: questionId, text }, expiresAt: expiresAt.toISOString() };
    });
  }

  /**
   * Takes one answer for one ticket. Right, wrong and unknown get the same answer after the same work:
   * one argon2id between two transactions that write the same rows. What follows from the answer follows
   * later (`SelfServiceOutcome`): nothing that only a right one causes lies between request and answer.
   * @throws Problem `ticket_invalid`
   */
  async answer(actor: Actor, deviceToken: string | null, body: AnswerChallenge): Promise<AnswerAcceptedView> {
    const ticket = this.tickets.open(body.ticket);
    const { applicant, attempt } = await this.database.inPractice(ticket.practiceId, async () => {
      await this.tickets.spend(ticket);
      const applicant = await this.applicants.find(ticket.username);
      const device = this.applicants.deviceOf(applicant, deviceToken);
      return { applicant, attempt: await this.attempts.reserve(ticket.username, device) };
    });
    const answerIsRight = await this.#check(ticket, applicant, body.answer).catch(async (error: unknown) => {
      // Nobody has looked at the answer: too busy to check is no wrong guess.
      await this.database.inPractice(ticket.practiceId, () => this.attempts.release(attempt.id));
      throw error;
    });
    const accepted = await this.database.inPractice(ticket.practiceId, async () => {
      await this.#note(actor, ticket, attempt, answerIsRight ? (applicant?.answer?.sealed ?? null) : null);
      const { state, typicalSeconds } = await this.pulse.read();
      return { message: MESSAGE, mail: { state, typicalSeconds } };
    });
    failpoint('answer.noted');
    return accepted;
  }

  /** Decides with the account as it is now; `matched` is the stored answer that the given one agreed with. */
  async #note(actor: Actor, ticket: Ticket, attempt: Attempt, matched: string | null): Promise<void> {
    const now = await this.applicants.find(ticket.username);
    const refusedFor = refusalReason({
      status: now?.status ?? null,
      practiceAsks: now?.practiceAsks ?? true,
      enrolledQuestion: now?.answer?.questionId ?? null,
      askedQuestion: ticket.questionId,
      attemptLeft: attempt.counts,
      answerIsRight: matched !== null && this.#stillStands(ticket.practiceId, now, matched),
    });
    await this.given.note(actor, { userId: now?.userId ?? null, refusedFor, attemptId: attempt.id });
  }

  #stillStands(practiceId: string, now: Applicant | null, matched: string): boolean {
    if (!now?.answer) return false;
    return this.questions.isSame(now.answer.sealed, matched, { practiceId, userId: now.userId });
  }

  #check(ticket: Ticket, applicant: Applicant | null, answer: string): Promise<boolean> {
    const account = { practiceId: ticket.practiceId, userId: applicant?.userId ?? NIL_ID };
    return this.questions.verify(answer, applicant?.answer?.sealed ?? null, account);
  }
}
