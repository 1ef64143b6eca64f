import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AuditKey } from './audit-key.js';
import { AuditPublicKey } from './audit-public-key.js';
import { KeyRing } from './key-ring.js';

const key = AuditKey.generate();
const TEXT = 'latchkey.example/p\n42\nroot\n';
const flipped = (text: string, at: number) =>
  text.slice(0, at) + String.fromCodePoint((text.codePointAt(at) ?? 0) ^ 1) + text.slice(at + 1);

describe('a signed note', () => {
  it('opens with nothing but the published key', () => {
    const known = AuditPublicKey.fromPem(key.public.pem);
    expect(key.public.pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(known?.open(key.sign(TEXT))).toBe(TEXT);
    expect(known?.name).toMatch(/^latchkey\/[0-9a-f]{16}$/);
  });

  it('is the note that others make of the same key and text (c2sp.org/signed-note, Go sumdb/note)', () => {
    // The example of golang.org/x/mod/sumdb/note, with its key's own name.
    const peter = AuditPublicKey.of(
      Buffer.from('ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW', 'base64').subarray(1),
    );
    const note =
      'If you think cryptography is the answer to your problem,\nthen you don’t know what your problem is.\n'.replace(
        '’',
        "'",
      );
    const signature =
      'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
    const renamed = `${note}\n— ${peter?.name} ${signature}\n`;
    // The id of a key hangs on its name: under ours the same bytes are another key's line, and are ignored.
    expect(peter?.open(renamed)).toBeNull();
    const bytes = Buffer.from(signature, 'base64').subarray(4);
    expect(peter?.open(`${note}\n${peter.signatureLine(bytes)}`)).toBe(note);
  });

  it('does not open after one changed character of the text or the signature', () => {
    const note = key.sign(TEXT);
    for (const at of [0, 19, TEXT.length - 2, note.length - 60]) {
      expect(key.public.open(flipped(note, at)), note.slice(at)).toBeNull();
    }
    // The last symbol of the signature carries two spare bits: they are not the signature's, but the text's.
    expect(key.public.open(flipped(note, note.length - 3))).toBeNull();
    expect(key.public.open(note.slice(0, -1))).toBeNull();
    expect(key.public.open(TEXT)).toBeNull();
    expect(key.public.open('')).toBeNull();
  });

  it("ignores others' signatures beside its own, and is not opened by them alone", () => {
    const other = AuditKey.generate();
    const line = other.sign(TEXT).split('\n').at(-2);
    expect(key.public.open(`${key.sign(TEXT)}${line}\n`)).toBe(TEXT);
    expect(key.public.open(other.sign(TEXT))).toBeNull();
  });

  it('is not opened by a key of another algorithm', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
    expect(
      AuditPublicKey.fromPem(rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()),
    ).toBeNull();
    expect(AuditPublicKey.fromPem('')).toBeNull();
    expect(AuditPublicKey.of(Buffer.alloc(31))).toBeNull();
  });
});

describe('the stored key', () => {
  const [old, next] = [KeyRing.generate(), KeyRing.generate().replace('k1', 'k2')];

  it('is the same key after the roots were rotated', () => {
    const sealed = key.seal(KeyRing.parse(old));
    const rotated = KeyRing.parse(`${next},${old}`);
    const opened = AuditKey.open(rotated, sealed);
    expect(opened.public.pem).toBe(key.public.pem);
    expect(AuditKey.isStale(rotated, sealed)).toBe(true);
    const again = opened.seal(rotated);
    expect(AuditKey.isStale(rotated, again)).toBe(false);
    expect(AuditKey.open(KeyRing.parse(next), again).public.pem).toBe(key.public.pem);
  });

  it('tells what to do when its root is gone, and never shows the key', () => {
    expect(() => AuditKey.open(KeyRing.parse(next), key.seal(KeyRing.parse(old)))).toThrow(
      /put the old one back/,
    );
    expect(JSON.stringify(key)).not.toMatch(/seed/i);
  });
});
