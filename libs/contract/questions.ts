import * as z from 'zod';

/** The fixed list of security questions: a gate before the mail, never a way to sign in. */
export const SECURITY_QUESTIONS = {
  'first-street': 'What was the name of the street you lived on as a child?',
  'first-teacher': 'What was the family name of your first teacher?',
  'first-concert': 'What was the first concert you went to?',
  'childhood-friend': 'What was the first name of your best friend as a child?',
  'first-job-town': 'In which town was your first job?',
  'favourite-dish': 'Which dish did your family cook best?',
} as const;

export type SecurityQuestionId = keyof typeof SECURITY_QUESTIONS;
export const SECURITY_QUESTION_IDS = Object.keys(SECURITY_QUESTIONS) as SecurityQuestionId[];
export const SecurityQuestionIdField = z.enum(
  SECURITY_QUESTION_IDS as [SecurityQuestionId, ...SecurityQuestionId[]],
);

export const QuestionView = z.object({ id: SecurityQuestionIdField, text: z.string() });
export const QuestionListView = z.object({ items: z.array(QuestionView) });
