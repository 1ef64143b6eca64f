import type { Operation } from './history.js';
import type { JournalledMail } from './mail-journal.js';

export interface UserRecord {
  practice: string;
  id: string;
  username: string;
  email: string;
}

export interface ResetRecord {
  practice: string;
  id: string;
  userId: string;
  credentialId: string | null;
  channel: string;
  state: string;
  requestedAt: Date;
  sentAt: Date | null;
  usedAt: Date | null;
  completedAt: Date | null;
}

export interface CredentialRecord {
  practice: string;
  id: string;
  userId: string;
  state: string;
  /** Its life is over, whatever its state says. */
  ranOut: boolean;
}

export interface DeliveryRecord {
  practice: string;
  id: string;
  template: string;
  userId: string | null;
  resetId: string | null;
  credentialId: string | null;
  recipient: string;
  state: string;
  /** Outcome of each attempt that was written down. */
  attempts: string[];
}

/** The final database, read with the owner's eyes. */
export interface Records {
  users: UserRecord[];
  resets: ResetRecord[];
  credentials: CredentialRecord[];
  deliveries: DeliveryRecord[];
}

export interface TrailEvent {
  action: string;
  actor: { type: string; id: string | null };
  target: { type: string; id: string | null } | null;
  changes: Record<string, unknown>;
}

/** One practice's exported trail, and what the product's offline verifier says of it. */
export interface Trail {
  practice: string;
  intact: boolean;
  fault: string | null;
  events: TrailEvent[];
}

/** Something presented to the API when all was quiet again. */
export interface Probe {
  what: /** Issued last of all that were mailed to its owner, and nothing has ended it: it must work. */
    | 'newest-credential'
    /** Issued last, and perhaps used or ended: it may work. */
    | 'doubtful-credential'
    /** A newer one was mailed to its owner. */
    | 'superseded-credential'
    | 'spent-credential'
    | 'revoked-session'
    | 'credential-elsewhere';
  username: string;
  status: number;
}

/** The clients as a whole. */
export interface Load {
  /** Wishes whose time came, and those of them that nobody began because too many waited for an answer. */
  due: number;
  skipped: number;
  /** When the last fault was over, and all that it had ended was back. */
  restoredAt: number;
}

/** How the installation came back after the last fault. */
export interface Recovery {
  boundSeconds: number;
  /** By the installation's clock; Infinity when it did not come back. */
  neededSeconds: number;
  undelivered: number;
  unanswered: number;
}

/** Everything that is known when a run is over: all that the invariants are judged by. */
export interface Evidence {
  operations: readonly Operation[];
  /** As it was before the records were read: what it holds must be among them. */
  journal: readonly JournalledMail[];
  /** Deliveries in the journal as it was after the records were read: what is called accepted must be among them. */
  taken: ReadonlySet<string>;
  records: Records;
  trails: readonly Trail[];
  /** Users who were seen with more than one live credential, at any look during the run. */
  doubles: readonly string[];
  probes: readonly Probe[];
  /** Where a temporary password was found that was mailed. */
  atRest: readonly string[];
  recovery: Recovery;
  load: Load;
}
