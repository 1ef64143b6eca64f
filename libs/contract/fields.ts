import * as z from 'zod';
import { parsePracticeId } from './practice-id.js';

// The fields that several requests share. Free text is bounded and holds no control characters, so
// that it can be put into a log line, a mail header or a CSV cell.

export const Id = z.uuid();
export const Timestamp = z.iso.datetime();

/** One line of plain text. */
export const line = (maximum: number) =>
  z
    .string()
    .overwrite((text) => text.normalize('NFC').trim())
    .min(1)
    .max(maximum)
    .regex(/^[^\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202A-\u202E\u2066-\u2069]*$/u, 'must be one line of plain text');

export const PracticeName = line(120);
export const DisplayName = line(120);

/** `XXXXX-XXXXX` (Crockford base32 with a check symbol), forgiving on input. */
export const PracticeIdField = z
  .string()
  .max(40)
  .overwrite((typed) => parsePracticeId(typed) ?? typed)
  .refine((text) => parsePracticeId(text) !== null, {
    error: 'is not a Practice ID: ten letters and digits as in XXXXX-XXXXX; check for a mistyped one',
    params: { code: 'practice_id' },
  });

/** NFKC and lower case first, so that look-alikes meet the same rule. */
export const canonicalUsername = (typed: string): string => typed.normalize('NFKC').toLowerCase();

export const Username = z
  .string()
  .max(200)
  .overwrite(canonicalUsername)
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a–z, 0–9, dot, underscore, hyphen, and begin with a letter or digit',
  );

/** As typed at sign-in: whatever cannot be a username is simply nobody's. */
export const TypedUsername = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  // NFKC makes up to 18 letters of one. 64 of them still are one too many for a username.
  .overwrite((typed) => canonicalUsername(typed).slice(0, 64));

const LOCAL_PART = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';

/**
 * One ASCII address without comment, quote or display name (the dot-atom form of RFC 5322 §3.4.1), and
 * without an encoded word (RFC 2047), which some mail servers decode into another address.
 */
export const EmailAddress = z
  .string()
  .max(254)
  .regex(
    new RegExp(`^(?=.{1,64}@)(?!.*=\\?)${LOCAL_PART}@${LABEL}(?:\\.${LABEL})+$`),
    'must be one email address',
  )
  .overwrite((address) => {
    const at = address.lastIndexOf('@');
    return address.slice(0, at) + address.slice(at).toLowerCase();
  });

/** The languages of mails and of the console. */
export const LOCALES = ['en', 'es'] as const;
export const Locale = z.enum(LOCALES);
export type Locale = z.infer<typeof Locale>;

export const TimeZone = z
  .string()
  .max(64)
  .refine((zone) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
    } catch {
      return false;
    }
  }, 'must be an IANA time zone such as Europe/Madrid');

/** Judged by the password rules, not here: those say which rule was broken (`password_rejected`). */
export const Password = z.string().max(4096);

export const SecurityAnswer = z.string().min(1).max(200);

/** What lists are filtered by: PostgreSQL takes no NUL in a text, and no year 0. */
export const Term = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must not contain control characters');
export const Moment = z.iso
  .datetime({ offset: true })
  .transform((typed) => new Date(typed).toISOString())
  .refine((moment) => moment >= '0001', 'must be a year of four digits after 0000');

/** Query parameters of every list. */
export const PageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(2048).optional(),
};

export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const MessageView = z.object({ message: z.string() });
