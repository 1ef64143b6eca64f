/** Enough to recognise an address, too little to copy it from a screen: `m•••@practice.example`. */
export function maskedAddress(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, 1)}•••${email.slice(at)}`;
}
