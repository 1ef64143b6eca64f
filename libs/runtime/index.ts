// What a process has before any domain: its checked configuration, its log, ids, problems, who acts, and
// on which version a change was decided.
// Hides how the environment is read and how log lines are made safe.
// Promises: a bad variable is named and never shown; no error reaches a log with statement parameters.
export { type Actor, SYSTEM } from './actor.js';
export { type Canonical, canonicalJson } from './canonical-json.js';
export { Config, ConfigError, loadConfig } from './config.js';
export { NIL_ID, newId } from './ids.js';
export { createLogger, Logger, safeError } from './logger.js';
export { exitWithParent } from './parent.js';
export { type FieldFault, type LimitState, Problem } from './problem.js';
export { withRequestFacts } from './request-context.js';
export { Rounds } from './rounds.js';
export { type ExpectedVersion, mustBeExpected } from './version.js';
