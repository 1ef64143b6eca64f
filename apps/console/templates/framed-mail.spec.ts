import { describe, expect, it } from 'vitest';
import { framedMail } from './framed-mail.js';

const MAIL = `<html><head><title>x</title><style type="text/css">
.sheet > p { color: red; }
</style></head><body style="margin:0"><p
class="a" style="font-family:'Segoe UI';color:blue">Write style="b" here</p></body></html>`;

describe('a mail in a frame', () => {
  const framed = framedMail(MAIL, 'abc');

  it('has no style that the page’s policy refuses', () => {
    expect(framed).not.toMatch(/<style(?! nonce="abc")/);
    expect(framed).not.toMatch(/<[^<>]*\sstyle="/);
  });

  it('says all that the attributes said, once for each element', () => {
    expect(framed).toContain('<body data-style="0">');
    expect(framed).toContain('[data-style="0"]) { margin:0 }');
    expect(framed).toContain(`[data-style="1"]) { font-family:'Segoe UI';color:blue }`);
    expect(framed).toContain('.sheet > p { color: red; }');
  });

  it('leaves its words alone', () => {
    expect(framed).toContain('>Write style="b" here</p>');
  });

  it('lets no attribute out of its rule', () => {
    const escaping = framedMail('<head></head><p style="} body { color: red">x</p>', 'abc');
    expect(escaping).toContain('<p style="} body');
    expect(escaping.match(/body \{/g)).toHaveLength(1);
  });
});
