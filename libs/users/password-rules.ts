import { createRequire } from 'node:module';
import { PASSWORD_REASONS, type PasswordReason } from '#contract';
import { type FieldFault, Problem } from '#runtime';

const SHORTEST = 15;
const LONGEST = 128;
/** Shorter words are part of too many good passwords to forbid them. */
const SHORTEST_CONTEXT = 4;
const PRODUCT = 'latchkey';

let common: ReadonlySet<string> | undefined;

/** The 49,000 commonest passwords, kept offline by zxcvbn-ts; compared as a whole (NIST SP 800-63B §3.1.1.2). */
function commonPasswords(): ReadonlySet<string> {
  if (!common) {
    const { dictionary } = createRequire(import.meta.url)('@zxcvbn-ts/language-common') as {
      dictionary: { 'passwords-common': readonly string[] };
    };
    common = new Set(dictionary['passwords-common']);
  }
  return common;
}

/** Names that a password of this person must not contain: practice, username, display name. */
export interface PasswordContext {
  names: readonly string[];
}

/** The rules that a password breaks, in words that help to choose a better one. */
export function passwordFaults(password: string, context: PasswordContext): PasswordReason[] {
  const normalised = password.normalize('NFKC');
  const length = Array.from(normalised).length;
  const reasons: PasswordReason[] = [];
  if (length < SHORTEST) reasons.push('too_short');
  if (length > LONGEST) reasons.push('too_long');
  const folded = normalised.toLowerCase();
  if (isCommon(folded)) reasons.push('common');
  const bare = folded.replaceAll(/[\s._-]/g, '');
  if (contextWords(context).some((word) => folded.includes(word) || bare.includes(word))) {
    reasons.push('contains_context');
  }
  return reasons;
}

/** @throws Problem `password_rejected`, one entry in `errors` per rule that is broken. */
export function mustBeAcceptable(password: string, pointer: string, context: PasswordContext): void {
  const reasons = password.isWellFormed() ? passwordFaults(password, context) : (['too_short'] as const);
  if (reasons.length > 0) throw rejected(pointer, reasons);
}

export function rejected(pointer: string, reasons: readonly PasswordReason[]): Problem {
  const errors = reasons.map((code): FieldFault => ({ pointer, code, message: PASSWORD_REASONS[code] }));
  return Problem.of('password_rejected').at(...errors);
}

/** Also when a common password is repeated or padded to reach the length. */
function isCommon(folded: string): boolean {
  const list = commonPasswords();
  if (list.has(folded)) return true;
  const [unit = ''] = /^(.{1,20}?)\1+$/su.exec(folded)?.slice(1) ?? [];
  return unit !== '' && (unit.length <= 2 || list.has(unit));
}

function contextWords({ names }: PasswordContext): string[] {
  const words = names.flatMap((name) => {
    const folded = name.normalize('NFKC').toLowerCase();
    return [folded.replaceAll(/[\s._-]/g, ''), ...folded.split(/[^\p{L}\p{N}]+/u)];
  });
  return [PRODUCT, ...words].filter((word) => Array.from(word).length >= SHORTEST_CONTEXT);
}
