import * as z from 'zod';

/** `?to=&limit=`: an address, and how many messages at most. */
export const ListMailboxMessages = z.strictObject({
  to: z.string().min(1).max(254).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
export type ListMailboxMessages = z.infer<typeof ListMailboxMessages>;

/** One message as the built-in mailbox received it. */
export const MailboxMessage = z.strictObject({
  id: z.uuid(),
  at: z.iso.datetime(),
  /** The envelope's recipients, separated by commas. */
  to: z.string(),
  subject: z.string(),
  /** By lower-case name. */
  headers: z.record(z.string(), z.string()),
  text: z.string(),
  html: z.string().nullable(),
});
export type MailboxMessage = z.infer<typeof MailboxMessage>;

/** The messages asked for, newest first. */
export const MailboxMessagesView = z.strictObject({ items: z.array(MailboxMessage) });
export type MailboxMessagesView = z.infer<typeof MailboxMessagesView>;
