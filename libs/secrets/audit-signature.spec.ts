import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditPublicKey, signAudit, verifyAuditSignature } from './audit-signature.js';
import { KeyRing } from './key-ring.js';

const keys = KeyRing.parse(KeyRing.generate());
const bytes = Buffer.from('latchkey.example/p\n42\nroot\n');

test('a checkpoint verifies with nothing but the published key', () => {
  const pem = auditPublicKey(keys);
  expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
  expect(auditPublicKey(keys)).toBe(pem);
  const signature = signAudit(keys, bytes);
  expect(signature).toHaveLength(64);
  expect(verifyAuditSignature(pem, bytes, signature)).toBe(true);
});

test('one changed bit, of the text or of the signature, is detected', () => {
  const signature = signAudit(keys, bytes);
  for (const index of [0, 20, bytes.length - 1]) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
    expect(verifyAuditSignature(auditPublicKey(keys), altered, signature)).toBe(false);
  }
  for (const index of [0, 32, 63]) {
    const altered = Buffer.from(signature);
    altered.writeUInt8(altered.readUInt8(index) ^ 1, index);
    expect(verifyAuditSignature(auditPublicKey(keys), bytes, altered)).toBe(false);
  }
});

test("another installation's key does not verify", () => {
  const other = KeyRing.parse(KeyRing.generate());
  expect(verifyAuditSignature(auditPublicKey(other), bytes, signAudit(keys, bytes))).toBe(false);
});

test('a key of another algorithm, or no key at all, verifies nothing', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  expect(verifyAuditSignature(pem, bytes, sign(null, bytes, rsa.privateKey))).toBe(false);
  expect(verifyAuditSignature('', bytes, signAudit(keys, bytes))).toBe(false);
  expect(verifyAuditSignature(auditPublicKey(keys), bytes, Buffer.alloc(0))).toBe(false);
});

test('the key is the Ed25519 key of the derived seed, and stays it', () => {
  const fixed = KeyRing.parse(
    `k1:${Buffer.from(Array.from({ length: 32 }, (_, index) => index)).toString('base64')}`,
  );
  expect(auditPublicKey(fixed)).toContain('\nMCowBQYDK2VwAyEAwv30SwU3njCEuG+cDlEY26hCsHj79XYL42DxQBF1hhY=\n');
});
