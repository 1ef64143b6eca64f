// Owns every byte of cryptography: keys, argon2id, temporary credentials, tokens, sealed values, digests
// and the audit key. No other lib imports node:crypto or @node-rs/argon2.
// Hides algorithms, key derivation, encodings and threads; callers name a purpose, never a cipher.
// Promises: a value made for one purpose, practice or user is refused for another; every stored value names
// its root, so roots rotate; what came from outside gives null or false, never an exception; a missing row
// costs the same work as a wrong guess; no error message repeats a secret.
export { Argon2Threads } from './argon2-threads.js';
export { AuditKey } from './audit-key.js';
export { AuditPublicKey } from './audit-public-key.js';
export { commitTo, isCommittedTo } from './commitment.js';
export { isSameText, keyedDigest, runningSha256, sha256 } from './digest.js';
export { sealDigestKeys, useDigestKeys } from './digest-keys.js';
export { KeyRing } from './key-ring.js';
export { type Owner, PasswordHash } from './password-hash.js';
export { randomPassword, randomSymbols } from './random.js';
export { newReturnToken, openReturnToken, type ReturnedDelivery } from './return-token.js';
export { openJson, sealJson } from './sealed.js';
export { Secret } from './secret.js';
export { SecretsModule } from './secrets.module.js';
export { normaliseAnswer } from './security-answer.js';
export {
  type CredentialRow,
  credentialMatches,
  credentialVerifier,
  deriveCredential,
  newNonce,
  normaliseCredential,
} from './temporary-credential.js';
export {
  newDeviceToken,
  newLookingToken,
  newOperatorToken,
  newSessionToken,
  openDeviceToken,
  operatorTokenDigest,
  parseSessionToken,
  sameSecret,
} from './token.js';
