const TAG = /<[a-z][^<>]*>/g;
const STYLE = /(\s)style="([^"{}<>]*)"/;

/**
 * A rendered mail as a frame may show it under the console’s policy, which the frame inherits: style sheets bear
 * the nonce of this page, and what the layout says in `style` attributes, for which there is none, becomes a
 * sheet. A practice writes neither (docs/decisions/0020), so what is let in here is the product’s own.
 */
export function framedMail(html: string, nonce: string): string {
  const rules: string[] = [];
  const sheets = html.replace(TAG, (tag) =>
    tag.replace(/^<style\b/, `<style nonce="${nonce}"`).replace(STYLE, (_, gap: string, style: string) => {
      // As strong as an attribute is: stronger than any class, weaker than `!important`.
      rules.push(`:is(#as-attribute, [data-style="${rules.length}"]) { ${style} }`);
      return `${gap}data-style="${rules.length - 1}"`;
    }),
  );
  // A link would leave the mail for a page that the frame must not load.
  const last = `<base target="_blank"><style nonce="${nonce}">\n${rules.join('\n')}\n</style></head>`;
  return sheets.replace('</head>', () => last);
}
