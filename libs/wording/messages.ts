import * as z from 'zod';

/** Every kind of mail there is; the name is also its template folder and its `X-Latchkey-Template`. */
export const MESSAGE_KINDS = {
  'practice-welcome': 'To whoever opened a practice: its Practice ID and their username.',
  'member-welcome':
    'To a user somebody added: their username and a temporary password, never the Practice ID.',
  'temporary-credential': 'To a user whose password is being reset: the temporary password.',
  'password-changed': 'To the owner: the password of the account is a new one.',
  'security-question-changed': 'To the owner: the security question or its answer is a new one.',
  'email-changed': 'To the old and the new address: mail for this account goes elsewhere now.',
  'delivery-failed':
    'To administrators: mails to some of their users could not be delivered, and what to do.',
  'reset-attempted': 'To the owner, once a day at most: someone answered the security question wrongly.',
  'administrator-changed': 'To the user and to the administrators: someone became or stopped being one.',
  'single-administrator': 'To the only administrator, monthly while there is only one: designate another.',
  'support-grant-approved':
    'To the user and to the administrators: customer service is about to start a reset, and how to stop it.',
  'audit-keeping-changed':
    'To the administrators: how long the audit trail is kept, or a hold on it, changed or is about to.',
  'account-erased': 'To the person, as the last mail: the account and what was known of them are gone.',
} as const;

export type MessageKind = keyof typeof MESSAGE_KINDS;

const name = z.string().trim().min(1).max(300);
/** An instant (ISO 8601); it is put into words when the mail is written, in its language and time zone. */
const moment = z.string().min(1).max(120);
/** Where the request came from; `null` when nobody knows. */
const sourceAddress = z.string().min(1).max(45).nullable().default(null);
const username = z.string().min(1).max(63);

const shared = {
  practiceName: name,
  displayName: name,
  /** An origin and nothing more: a path or a query could carry the Practice ID into a mail that must not hold it. */
  consoleUrl: z
    .url({ protocol: /^https?$/ })
    .refine((text) => text.replace(/\/$/, '') === new URL(text).origin, 'must be an origin'),
  supportContact: z.string().trim().min(1).max(300),
  /** Display names of whom to ask. */
  administrators: z.array(name),
};

const askedBy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('self_service') }),
  z.strictObject({ kind: z.literal('administrator'), name }),
  z.strictObject({ kind: z.literal('support') }),
]);
const about = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('recipient') }),
  z.strictObject({ kind: z.literal('other'), name }),
]);

const FACTS = {
  'practice-welcome': z.strictObject({
    ...shared,
    practiceId: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}$/, 'must be XXXXX-XXXXX'),
    username,
  }),
  'member-welcome': z.strictObject({
    ...shared,
    username,
    /** Whom to ask: customer service's contact where it was they. */
    addedBy: name,
    bySupport: z.boolean().default(false),
  }),
  'temporary-credential': z.strictObject({ ...shared, askedBy }),
  'password-changed': z.strictObject({ ...shared, at: moment, sourceAddress }),
  'security-question-changed': z.strictObject({ ...shared, at: moment, sourceAddress }),
  'email-changed': z.strictObject({
    ...shared,
    at: moment,
    /** Masked (`maskAddress`): the old mailbox may not be the owner's any more. */
    newAddress: z.string().min(1).max(254),
    changedBy: name,
  }),
  'delivery-failed': z.strictObject({
    ...shared,
    at: moment,
    person: name,
    username,
    mail: z.enum(['welcome', 'temporary_password']),
    /** The mail server's last words. */
    reply: z.string().min(1).max(500).nullable().default(null),
    /** Whose mails have failed besides, and how many more people there are than are named. */
    others: z.array(name).max(20).default([]),
    more: z.int().min(0).default(0),
  }),
  'reset-attempted': z.strictObject({ ...shared, at: moment }),
  'administrator-changed': z.strictObject({
    ...shared,
    at: moment,
    about,
    change: z.enum(['appointed', 'withdrawn']),
    changedBy: name,
  }),
  'single-administrator': z.strictObject(shared),
  'support-grant-approved': z.strictObject({
    ...shared,
    at: moment,
    about,
    /** From when on the temporary password may be mailed. */
    due: moment,
    reason: z.string().min(1).max(300),
    operators: z.array(name).length(2),
  }),
  'audit-keeping-changed': z.strictObject({
    ...shared,
    at: moment,
    changedBy: name,
    change: z.enum(['raised', 'requested', 'confirmed', 'cancelled', 'held', 'lifting', 'lifted']),
    years: z.int().nullable().default(null),
    /** From when on fewer years are kept. */
    due: moment.nullable().default(null),
    reason: z.string().min(1).max(300).nullable().default(null),
  }),
  'account-erased': z.strictObject({ ...shared, at: moment, changedBy: name }),
} satisfies Record<MessageKind, z.ZodObject>;

const Secret = z.strictObject({ credential: z.string().min(1).max(80), expiresAt: moment });

const SECRET_KINDS = ['member-welcome', 'temporary-credential'] as const satisfies readonly MessageKind[];

const MODELS: Record<MessageKind, z.ZodObject> = {
  ...FACTS,
  'member-welcome': z.strictObject({ ...FACTS['member-welcome'].shape, ...Secret.shape }),
  'temporary-credential': z.strictObject({ ...FACTS['temporary-credential'].shape, ...Secret.shape }),
};

/** The schema of everything that the templates of a kind may name. */
export const modelOf = (kind: MessageKind): z.ZodObject => MODELS[kind];

/** A kind whose mail carries a temporary password. */
export type SecretKind = (typeof SECRET_KINDS)[number];

/** What of a message may be stored with its delivery: everything but the credential. */
export type MessageFacts<K extends MessageKind> = z.input<(typeof FACTS)[K]>;

/** What the worker adds in its own memory when it sends: the credential in groups, and until when it works. */
export type MessageSecret = z.infer<typeof Secret>;

/** Everything the templates of a kind may name. */
export type MessageModel<K extends MessageKind> = MessageFacts<K> &
  (K extends SecretKind ? MessageSecret : unknown);

/** Tells whether mails of this kind carry a temporary password. */
export function isSecretKind(kind: MessageKind): kind is SecretKind {
  return (SECRET_KINDS as readonly MessageKind[]).includes(kind);
}

/**
 * Checks what is about to be stored with a delivery and fills in what was left out.
 * @throws z.ZodError also for a field too many, so that no credential can be stored by accident
 */
export function checkFacts<K extends MessageKind>(kind: K, facts: unknown): MessageFacts<K> {
  return FACTS[kind].parse(facts) as MessageFacts<K>;
}

/**
 * Checks what a mail is about to be rendered from.
 * @throws z.ZodError naming the fields at fault, never their values
 */
export function checkModel<K extends MessageKind>(kind: K, model: unknown): MessageModel<K> {
  return modelOf(kind).parse(model) as MessageModel<K>;
}
