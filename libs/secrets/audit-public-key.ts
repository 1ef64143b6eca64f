import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { sha256 } from './digest.js';

// RFC 8410 §4: the fixed DER head of an Ed25519 public key; its 32 bytes follow.
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');
/** The type of plain Ed25519 in a C2SP signed note. */
const ED25519 = Buffer.from([1]);
const KEY_BYTES = 32;

/** What an auditor holds: verifies the notes of one installation, in the form of c2sp.org/signed-note. */
export class AuditPublicKey {
  /** What signature lines call the key, and what origins of the installation begin with. */
  readonly name: string;
  readonly #key: KeyObject;
  readonly #hint: Buffer;

  private constructor(readonly bytes: Buffer) {
    this.name = `latchkey/${sha256(bytes).toString('hex').slice(0, 16)}`;
    this.#hint = sha256(this.name, '\n', ED25519, bytes).subarray(0, 4);
    this.#key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
  }

  /** From the 32 bytes of RFC 8032; null for any other number of bytes. */
  static of(bytes: Uint8Array): AuditPublicKey | null {
    return bytes.length === KEY_BYTES ? new AuditPublicKey(Buffer.from(bytes)) : null;
  }

  /** From PEM (SPKI); null for what is no Ed25519 key: another type would be verified by another rule. */
  static fromPem(pem: string): AuditPublicKey | null {
    try {
      const key = createPublicKey(pem);
      if (key.asymmetricKeyType !== 'ed25519') return null;
      return AuditPublicKey.of(key.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length));
    } catch {
      return null;
    }
  }

  get pem(): string {
    return this.#key.export({ type: 'spki', format: 'pem' }).toString();
  }

  /** The line that says who signed: the key's name, then four bytes of its id and the signature. */
  signatureLine(signature: Uint8Array): string {
    return `— ${this.name} ${Buffer.concat([this.#hint, signature]).toString('base64')}\n`;
  }

  /** The text of a note that this key has signed; null for every other note. Other keys' lines are ignored. */
  open(note: string): string | null {
    const end = note.lastIndexOf('\n\n');
    if (end < 0 || !note.endsWith('\n')) return null;
    const text = note.slice(0, end + 1);
    // oxlint-disable-next-line no-control-regex -- the format forbids them (signed-note, "Format")
    if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) return null;
    const own = note
      .slice(end + 2, -1)
      .split('\n')
      .filter((line) => line.startsWith(`— ${this.name} `))
      .map((line) => strictBase64(line.slice(this.name.length + 3)))
      .filter((bytes) => bytes === null || bytes.subarray(0, 4).equals(this.#hint));
    const bytes = Buffer.from(text, 'utf8');
    const signed = own.every((line) => line !== null && verify(null, bytes, this.#key, line.subarray(4)));
    return own.length > 0 && signed ? text : null;
  }
}

/** Null where Node would skip a character or drop spare bits: one signature has one text. */
function strictBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
