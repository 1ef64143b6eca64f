// What crosses the wire: request and response schemas, problem codes, permissions, roles, questions.
// Browser-safe: imports zod and nothing else.
// Promises: names are added, never changed.
export { WORDS_ONLY, wordsOf } from './abilities.js';
export {
  BUILT_IN_ROLES,
  PERMISSION_NAMES,
  PERMISSIONS,
  type Permission,
  PermissionListView,
  RoleKey,
} from './access.js';
export {
  AuditEventListView,
  AuditEventView,
  AuditVerificationView,
  ExportAuditEvents,
  ListAuditEvents,
} from './audit.js';
export {
  BulkResetDetailView,
  type BulkResetFilter,
  BulkResetListView,
  type BulkResetOutcome,
  BulkResetPreviewView,
  type BulkResetRowView,
  BulkResetView,
  ListBulkResetRows,
  ListBulkResets,
  ResetManyPasswords,
} from './bulk-resets.js';
export { CROCKFORD, readCrockford } from './crockford.js';
export {
  ATTEMPT_OUTCOMES,
  type AttemptOutcome,
  DELIVERY_STATES,
  DeliveryListView,
  DeliveryReference,
  DeliveryView,
  ListDeliveries,
} from './deliveries.js';
export { canonicalUsername, Id, LOCALES, Locale, MessageView, Timestamp, Username } from './fields.js';
export {
  ImportUsers,
  ListUserImportRows,
  USER_IMPORT_COLUMNS,
  USER_IMPORT_MOST_BYTES,
  USER_IMPORT_MOST_ROWS,
  UserImportDetailView,
  type UserImportOutcome,
  type UserImportRowView,
  UserImportView,
} from './imports.js';
export {
  type LimitablePermission,
  type PermissionLimit,
  RoleLimits,
  reaches,
  USER_FIELDS,
  type UserFacts,
  type UserField,
  type UserReach,
} from './limits.js';
export { type OverviewDayView, OverviewView } from './overview.js';
export { formatPracticeId, parsePracticeId, practiceIdFromRandom } from './practice-id.js';
export {
  DEFAULT_POLICY,
  OpenPractice,
  type PracticePolicy,
  PracticeView,
  UpdatePractice,
} from './practices.js';
export { PROBLEMS, type ProblemCode } from './problems.js';
export {
  QuestionListView,
  SECURITY_QUESTION_IDS,
  SECURITY_QUESTIONS,
  type SecurityQuestionId,
  SecurityQuestionIdField,
} from './questions.js';
export {
  AnswerAcceptedView,
  AnswerChallenge,
  BeginReset,
  ChallengeView,
  ListResets,
  RESET_CHANNELS,
  RESET_STATES,
  type ResetChannel,
  ResetDetailView,
  ResetListView,
  type ResetRefusal,
  type ResetState,
  ResetUserPassword,
  ResetView,
} from './recovery.js';
export { AuditRetentionView, ConfirmRetention, HoldTrail, RetainTrail } from './retention.js';
export { DefineRole, RoleListView, RoleView, UpdateRole } from './roles.js';
export {
  CurrentSessionView,
  ListSessions,
  Reauthenticate,
  SessionListView,
  type SessionView,
  SignedInView,
  SignIn,
} from './sessions.js';
export {
  ListSupportGrants,
  SUPPORT_GRANT_STATES,
  SupportGrantListView,
  type SupportGrantState,
  SupportGrantView,
  SupportReason,
} from './support.js';
export {
  TemplateLanguage,
  TemplateListView,
  TemplateName,
  TemplatePreviewView,
  type TemplateSummaryView,
  TemplateVersionListView,
  type TemplateVersionView,
  TemplateView,
  TryTemplate,
  WriteTemplate,
} from './templates.js';
export {
  AddUser,
  ChangePassword,
  ChangeSecurityQuestion,
  EraseUser,
  ErasureView,
  ListUsers,
  PASSWORD_REASONS,
  type PasswordReason,
  TEMPORARY_PASSWORD_STATES,
  UpdateUser,
  UserListView,
  UserView,
} from './users.js';
