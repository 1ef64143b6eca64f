/** What a mail server reports of a mail that it had taken (RFC 3464). */
export interface DeliveryReport {
  /** `failed`: nobody tries any more. `late`: somebody still does. */
  kind: 'failed' | 'late';
  /** It failed for good (status 5), so that the next mail to this address will too. */
  isForGood: boolean;
  /** The other server's words, else the status: one line. */
  reply: string;
}

/** Fields of one group, by lower-case name. */
type Fields = Map<string, string>;

const LONGEST_REPLY = 500;
const MOST_RECIPIENTS = 20;
const ADDRESS_HEADERS = new Set(['to', 'delivered-to', 'x-original-to']);
const PARSE = {
  keepDeliveryStatus: true,
  skipTextToHtml: true,
  skipHtmlToText: true,
  skipImageLinks: true,
  skipTextLinks: true,
};

/**
 * Reads a mail that came to a return address: whom it was sent to, as its headers say, and the report in it.
 * Null for the report when it is anything else: an answer, an advertisement, a report of success.
 */
export async function readReturnedMail(
  raw: Buffer,
): Promise<{ addressedTo: string; report: DeliveryReport | null }> {
  // When a mail comes back, since it is large: a command reads none.
  const { simpleParser } = await import('mailparser');
  const mail = await simpleParser(raw, PARSE);
  const addressedTo = mail.headerLines.flatMap(({ key, line }) => (ADDRESS_HEADERS.has(key) ? [line] : []));
  const status = mail.attachments.find(({ contentType }) => contentType === 'message/delivery-status');
  return {
    addressedTo: addressedTo.join('\n'),
    report: status ? reportOf(status.content.toString('utf8')) : null,
  };
}

/** The worst of what is said of recipients: each mail of ours has one, whatever it was expanded to. */
function reportOf(text: string): DeliveryReport | null {
  const reports = groupsOf(text)
    .slice(1, MOST_RECIPIENTS)
    .flatMap((group) => ofRecipient(group) ?? []);
  return reports.toSorted((one, other) => badness(other) - badness(one))[0] ?? null;
}

const badness = ({ kind, isForGood }: DeliveryReport): number =>
  (kind === 'failed' ? 1 : 0) + (isForGood ? 1 : 0);

function ofRecipient(fields: Fields): DeliveryReport | null {
  const action = fields.get('action')?.toLowerCase();
  if (action !== 'failed' && action !== 'delayed') return null;
  const status = /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1] ?? '';
  const words = oneLine((fields.get('diagnostic-code') ?? '').replace(/^[\w-]+;\s*/, ''));
  const permanent = (status || words).startsWith('5');
  const failed = action === 'failed';
  return {
    kind: failed ? 'failed' : 'late',
    isForGood: failed && permanent,
    reply: words || status || action,
  };
}

/** RFC 3464 §2.1: groups of fields with a blank line between; the first one is about the whole mail. */
function groupsOf(text: string): Fields[] {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .trim()
    .split(/\n[ \t]*\n/)
    .slice(0, MOST_RECIPIENTS + 1)
    .map(fieldsOf);
}

function fieldsOf(group: string): Fields {
  // RFC 5322 §2.2.3: a line that begins with a space goes on with the one before.
  const lines = group.replaceAll(/\n[ \t]+/g, ' ').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) return [];
      return [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const];
    }),
  );
}

const oneLine = (text: string): string =>
  text
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_REPLY);
