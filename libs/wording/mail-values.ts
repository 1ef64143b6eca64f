import type { Locale } from '#contract';
import type { MailValues } from './mail-language.js';
import { checkModel, type MessageKind, type MessageModel } from './messages.js';
import { sayMoment } from './moment.js';
import { singleLine, type Values, withoutAutolinks } from './plain-values.js';

/** In which language a mail is written, and in whose time. */
export interface MailPlace {
  locale: Locale;
  timeZone: string;
}

const MOMENTS = new Set(['at', 'due', 'expiresAt']);
const INSTANT = /^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

/**
 * What the templates of a kind print for this model.
 * @throws Error when the model does not fit its schema
 */
export function mailValues<K extends MessageKind>(
  kind: K,
  model: MessageModel<K>,
  { locale, timeZone }: MailPlace,
): MailValues {
  const checked = checkModel(kind, model);
  const plain = singleLine(
    Object.fromEntries(
      Object.entries(checked as Values).map(([name, value]) => [
        name,
        // A mail that was posted before an upgrade holds its moments in words already.
        MOMENTS.has(name) && typeof value === 'string' && INSTANT.test(value)
          ? sayMoment(new Date(value), timeZone, locale)
          : value,
      ]),
    ),
  );
  return { plain, markup: { ...withoutAutolinks(plain), supportHref: supportHref(checked.supportContact) } };
}

function supportHref(contact: string): string | null {
  if (/^https?:\/\/\S+$/i.test(contact) && URL.canParse(contact)) return contact;
  if (/^tel:\S+$/i.test(contact)) return contact;
  return /^[^\s@]+@[^\s@]+$/.test(contact) ? `mailto:${contact}` : null;
}
