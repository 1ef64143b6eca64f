import { Practices } from './202611231200-practices.js';
import { Users } from './202611231210-users.js';
import { DeliveryAndRecovery } from './202611231220-delivery-and-recovery.js';
import { Audit } from './202611231230-audit.js';
import { RoleLimits } from './202611232010-role-limits.js';
import { LastAdministrator } from './202611232011-last-administrator.js';
import { AdministratorReviews } from './202611232012-administrator-reviews.js';
import { AttemptLimits } from './202611232020-attempt-limits.js';
import { GivenAnswers } from './202611232030-given-answers.js';
import { DigestKeys } from './202611232031-digest-keys.js';
import { KeptAnswers } from './202611232040-kept-answers.js';
import { SessionRenewal } from './202611232041-session-renewal.js';
import { Operators } from './202611232050-operators.js';
import { SupportGrants } from './202611232053-support-grants.js';
import { Erasure } from './202611232056-erasure.js';
import { ClosedDoors } from './202611232100-closed-doors.js';
import { AuditCheckpoints } from './202611232110-audit-checkpoints.js';
import { AuditPersonal } from './202611232111-audit-personal.js';
import { AuditOutcomes } from './202611232112-audit-outcomes.js';
import { Mailboxes } from './202611232140-mailboxes.js';
import { FairClaims } from './202611232200-fair-claims.js';
import { MailRoutes } from './202611232201-mail-routes.js';
import { FailuresToTell } from './202611232202-failures-to-tell.js';
import { Bounces } from './202611232203-bounces.js';
import { BulkWork } from './202611232210-bulk-work.js';
import { UserImports } from './202611232211-user-imports.js';
import { BulkResets } from './202611232212-bulk-resets.js';
import { OwnWordings } from './202611232220-own-wordings.js';
import { AuditMonths } from './202611232230-audit-months.js';
import { PlatformAuditor } from './202611232231-platform-auditor.js';
import { AuditRetention } from './202611232232-audit-retention.js';
import { AuditTerms } from './202611232236-audit-terms.js';
import { AuditHolds } from './202611232237-audit-holds.js';
import { Tallies } from './202611232240-tallies.js';
import { Undelivered } from './202611232241-undelivered.js';
import { AuditSinks } from './202611232250-audit-sinks.js';
import { ImportsByOperators } from './202611242213-imports-by-operators.js';
import { OperatorsAtTheWorker } from './202611242243-operators-at-the-worker.js';
import { KeyCensus } from './202611242250-key-census.js';
import { AuditRemoval } from './202611242251-audit-removal.js';
import { AskersWhoLeft } from './202611242252-askers-who-left.js';
import { OpeningsAnew } from './202611242253-openings-anew.js';
import { BulkClaims } from './202611300100-bulk-claims.js';
import { BulkFigures } from './202611300101-bulk-figures.js';
import { WhoToTell } from './202611300102-who-to-tell.js';
import { RareStates } from './202611300103-rare-states.js';
import { AnchorsOwed } from './202611300120-anchors-owed.js';
import { AuditIds } from './202611300121-audit-ids.js';
import { AuditKeyWriters } from './202611300200-audit-key-writers.js';
import { MonthsMadeLate } from './202611300201-months-made-late.js';
import { AuditOutcomesOfActions } from './202611300202-audit-outcomes-of-actions.js';
import { PlansForAnyPractice } from './202611301400-plans-for-any-practice.js';
import { RefusedFor } from './202611301410-refused-for.js';
import { ConfirmedForGood } from './202611301420-confirmed-for-good.js';
import { WhomEventsConcern } from './202611301430-whom-events-concern.js';
import { AgeOfMail } from './202611301440-age-of-mail.js';

/** Every migration in order. A name is an entry in the ledger of each installation: never rename one. */
export const MIGRATIONS = {
  '202611231200-practices': Practices,
  '202611231210-users': Users,
  '202611231220-delivery-and-recovery': DeliveryAndRecovery,
  '202611231230-audit': Audit,
  '202611232010-role-limits': RoleLimits,
  '202611232011-last-administrator': LastAdministrator,
  '202611232012-administrator-reviews': AdministratorReviews,
  '202611232020-attempt-limits': AttemptLimits,
  '202611232030-given-answers': GivenAnswers,
  '202611232031-digest-keys': DigestKeys,
  '202611232040-kept-answers': KeptAnswers,
  '202611232041-session-renewal': SessionRenewal,
  '202611232050-operators': Operators,
  '202611232053-support-grants': SupportGrants,
  '202611232056-erasure': Erasure,
  '202611232100-closed-doors': ClosedDoors,
  '202611232110-audit-checkpoints': AuditCheckpoints,
  '202611232111-audit-personal': AuditPersonal,
  '202611232112-audit-outcomes': AuditOutcomes,
  '202611232140-mailboxes': Mailboxes,
  '202611232200-fair-claims': FairClaims,
  '202611232201-mail-routes': MailRoutes,
  '202611232202-failures-to-tell': FailuresToTell,
  '202611232203-bounces': Bounces,
  '202611232210-bulk-work': BulkWork,
  '202611232211-user-imports': UserImports,
  '202611232212-bulk-resets': BulkResets,
  '202611232220-own-wordings': OwnWordings,
  '202611232230-audit-months': AuditMonths,
  '202611232231-platform-auditor': PlatformAuditor,
  '202611232232-audit-retention': AuditRetention,
  '202611232236-audit-terms': AuditTerms,
  '202611232237-audit-holds': AuditHolds,
  '202611232240-tallies': Tallies,
  '202611232241-undelivered': Undelivered,
  '202611232250-audit-sinks': AuditSinks,
  '202611242213-imports-by-operators': ImportsByOperators,
  '202611242243-operators-at-the-worker': OperatorsAtTheWorker,
  '202611242250-key-census': KeyCensus,
  '202611242251-audit-removal': AuditRemoval,
  '202611242252-askers-who-left': AskersWhoLeft,
  '202611242253-openings-anew': OpeningsAnew,
  '202611300100-bulk-claims': BulkClaims,
  '202611300101-bulk-figures': BulkFigures,
  '202611300102-who-to-tell': WhoToTell,
  '202611300103-rare-states': RareStates,
  '202611300120-anchors-owed': AnchorsOwed,
  '202611300121-audit-ids': AuditIds,
  '202611300200-audit-key-writers': AuditKeyWriters,
  '202611300201-months-made-late': MonthsMadeLate,
  '202611300202-audit-outcomes-of-actions': AuditOutcomesOfActions,
  '202611301400-plans-for-any-practice': PlansForAnyPractice,
  '202611301410-refused-for': RefusedFor,
  '202611301420-confirmed-for-good': ConfirmedForGood,
  '202611301430-whom-events-concern': WhomEventsConcern,
  '202611301440-age-of-mail': AgeOfMail,
};
