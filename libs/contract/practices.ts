import * as z from 'zod';
import {
  DisplayName,
  EmailAddress,
  Locale,
  Password,
  PracticeName,
  SecurityAnswer,
  TimeZone,
  Username,
} from './fields.js';
import { SecurityQuestionIdField } from './questions.js';

/** A question comes with its answer or not at all. */
const questionWithAnswer = (value: { securityQuestionId?: unknown; securityAnswer?: unknown }) =>
  (value.securityQuestionId === undefined) === (value.securityAnswer === undefined);
export const BOTH_OR_NEITHER = {
  error: 'send securityQuestionId and securityAnswer together',
  path: ['securityAnswer'],
};

export const OpenPractice = z.strictObject({
  name: PracticeName,
  timeZone: TimeZone.default('UTC'),
  locale: Locale.default('en'),
  administrator: z
    .strictObject({
      username: Username,
      displayName: DisplayName,
      email: EmailAddress,
      password: Password,
      securityQuestionId: SecurityQuestionIdField.optional(),
      securityAnswer: SecurityAnswer.optional(),
    })
    .refine(questionWithAnswer, BOTH_OR_NEITHER),
});
export type OpenPractice = z.infer<typeof OpenPractice>;

/** Minutes and hours that a practice may choose; the defaults are the contract's. */
export const PracticePolicy = z.strictObject({
  sessionIdleMinutes: z.int().min(5).max(60),
  sessionAbsoluteHours: z.int().min(1).max(24),
  selfServiceCredentialMinutes: z.int().min(10).max(60),
  issuedCredentialHours: z.int().min(1).max(24),
  securityQuestion: z.enum(['on', 'off']),
  reauthenticateMinutes: z.int().min(0).max(60),
});
export type PracticePolicy = z.infer<typeof PracticePolicy>;

export const DEFAULT_POLICY: PracticePolicy = {
  sessionIdleMinutes: 15,
  sessionAbsoluteHours: 12,
  selfServiceCredentialMinutes: 60,
  issuedCredentialHours: 24,
  securityQuestion: 'on',
  reauthenticateMinutes: 0,
};

export const UpdatePractice = z.strictObject({
  name: PracticeName.optional(),
  timeZone: TimeZone.optional(),
  locale: Locale.optional(),
  policy: PracticePolicy.partial().optional(),
});
export type UpdatePractice = z.infer<typeof UpdatePractice>;

export const PracticeView = z.object({
  practiceId: z.string(),
  name: z.string(),
  timeZone: z.string(),
  locale: Locale,
  administrators: z.array(z.object({ displayName: z.string() })),
  policy: PracticePolicy,
  advice: z.array(
    z.object({
      code: z.enum(['single_administrator', 'few_users']),
      title: z.string(),
      detail: z.string(),
    }),
  ),
});
export type PracticeView = z.infer<typeof PracticeView>;
