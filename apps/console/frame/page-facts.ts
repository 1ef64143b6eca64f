/** What the API wrote into the page; a build that nobody served (`vite dev`) still holds the placeholders. */
const fact = (name: string): string => {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';
  return content.startsWith('%') ? '' : content;
};

/** Allows the styles that the interface library adds while it runs, under this answer's policy. */
export const STYLE_NONCE = fact('style-nonce');
/** Customer service as a URL or `mailto:`; empty where the operator named none. */
export const SUPPORT_CONTACT = fact('support-contact');
/** Where a development installation shows the mail it sent; empty elsewhere. */
export const MAILBOX = fact('mailbox');
