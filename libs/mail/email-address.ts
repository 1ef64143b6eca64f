const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+";
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
// RFC 5321 §4.1.2 without quoted local parts and address literals, and no encoded word (RFC 2047), which some
// servers decode: nothing in it can be read as two addresses.
const MAIL_ADDRESS = new RegExp(`^(?!.*=\\?)${ATOM}(?:\\.${ATOM})*@${LABEL}(?:\\.${LABEL})*$`);

/** Tells whether the text is exactly one plain ASCII `local@domain` of at most 254 characters (RFC 5321 §4.5.3.1). */
export function isMailAddress(text: unknown): text is string {
  // The length goes first, so that the expression never meets an unbounded text.
  return typeof text === 'string' && text.length <= 254 && text.indexOf('@') <= 64 && MAIL_ADDRESS.test(text);
}

/** The address as it may be shown to somebody who should recognise it, not learn it: `m•••@practice.example`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, 1)}•••${at > 0 ? address.slice(at) : ''}`;
}
