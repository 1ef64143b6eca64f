import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type IssuedSecret, Outbox, type PostedDelivery } from '#delivery';
import { type Actor, newId } from '#runtime';
import { credentialVerifier, deriveCredential, KeyRing, newNonce, normaliseCredential } from '#secrets';

/** What may happen to a temporary credential after it was created. */
export type CredentialFate = 'used' | 'completed' | 'expired' | 'superseded' | 'cancelled';

/** Told in the same transaction, so that what hangs on a credential (a reset) moves with it. */
export interface CredentialObserver {
  credentialEnded(credentialId: string, fate: CredentialFate, actor: Actor): Promise<void>;
}

interface IssuableRow {
  id: string;
  user_id: string;
  nonce: Buffer;
  epoch: string;
  life_minutes: number;
  accepted: boolean;
  good: boolean;
  expires_at: Date | null;
}

/**
 * Temporary credentials: one live at a time per user, derived and never stored. The row keeps what the
 * worker needs to derive the same one again after any crash, and a keyed verifier.
 */
@Injectable()
export class Credentials {
  readonly #observers: CredentialObserver[] = [];

  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
    @Inject(Outbox) private readonly outbox: Outbox,
  ) {}

  observe(observer: CredentialObserver): void {
    this.#observers.push(observer);
  }

  /**
   * Creates the user's live credential; any other must have been ended first (`end`). Null when another
   * request has created one at the same moment.
   */
  async create(userId: string, purpose: 'welcome' | 'reset', lifeMinutes: number): Promise<string | null> {
    const created = await this.createAll([userId], purpose, lifeMinutes);
    return created.get(userId) ?? null;
  }

  /** The same for many; by user, without those for whom another request was faster. */
  async createAll(
    userIds: readonly string[],
    purpose: 'welcome' | 'reset',
    lifeMinutes: number,
  ): Promise<Map<string, string>> {
    const created = await this.database.sql<{ id: string; user_id: string }>(
      `insert into credentials (practice_id, id, user_id, purpose, nonce, epoch, life_minutes)
       select current_practice(), id, user_id, $4, nonce, $5, $6
       from unnest($1::uuid[], $2::uuid[], $3::bytea[]) as c (id, user_id, nonce)
       on conflict (practice_id, user_id) where state = 'live' do nothing returning id, user_id`,
      [
        userIds.map(() => newId()),
        userIds,
        userIds.map(() => newNonce()),
        purpose,
        this.keys.currentId,
        lifeMinutes,
      ],
    );
    return new Map(created.map(({ id, user_id }) => [user_id, id]));
  }

  /** Creates a credential in the place of any live one, also of one that appears meanwhile. */
  async supersede(actor: Actor, userId: string, lifeMinutes: number): Promise<string> {
    for (;;) {
      const [, id] = await Promise.all([
        this.end(actor, userId, 'superseded'),
        this.create(userId, 'reset', lifeMinutes),
      ]);
      if (id) return id;
    }
  }

  /** The user's live credential that still can be used or has not been mailed yet; ends one that ran out. */
  async live(actor: Actor, userId: string): Promise<string | null> {
    const [row] = await this.database.sql<{ id: string; over: boolean }>(
      `select id, accepted_at is not null and expires_at <= app_now() as over from credentials
       where practice_id = current_practice() and user_id = $1 and state = 'live' for update`,
      [userId],
    );
    if (!row?.over) return row?.id ?? null;
    await this.end(actor, userId, 'expired');
    return null;
  }

  /** Ends the user's live credential with its unsent mail, and tells who hangs on it. */
  async end(actor: Actor, userId: string, fate: 'expired' | 'superseded' | 'cancelled'): Promise<void> {
    const [, rows] = await Promise.all([
      this.outbox.holdCredentialMails(userId),
      this.database.sql<{ id: string }>(
        `update credentials set state = $2 where practice_id = current_practice() and user_id = $1
           and state = 'live' returning id`,
        [userId, fate],
      ),
    ]);
    for (const { id } of rows) {
      await this.outbox.withdrawCredential(id);
      await this.tell(id, fate, actor);
    }
  }

  /**
   * Derives credentials for one attempt and stores their verifiers; the caller's transaction commits
   * before the mails go out. A life starts anew with each attempt until one was accepted (docs/decisions/0003).
   * By delivery, without those whose credential is no longer live.
   */
  async issue(deliveries: readonly PostedDelivery[]): Promise<Map<string, IssuedSecret>> {
    const rows = await this.database.sql<IssuableRow>(
      // What is still good is told apart afterwards: an index of live ones only would be read from end to end.
      `select id, user_id, nonce, epoch, life_minutes, accepted_at is not null as accepted, expires_at,
         state = 'live' and (accepted_at is null or expires_at > app_now()) as good
       from credentials where practice_id = current_practice() and id = any($1) order by id for update`,
      [deliveries.flatMap(({ credentialId }) => credentialId ?? [])],
    );
    const keyId = this.keys.currentId;
    const issued = rows.filter(({ good }) => good).map((row) => this.#derive(row, keyId));
    const begun = issued.filter(({ verifier }) => verifier !== null);
    if (begun.length > 0) {
      this.database.last(
        `update credentials c set verifier_key = $1, verifier = i.verifier, expires_at = i.expires_at
         from unnest($2::uuid[], $3::bytea[], $4::timestamptz[]) as i (id, verifier, expires_at)
         where c.practice_id = current_practice() and c.id = any($2) and c.id = i.id`,
        [
          keyId,
          begun.map(({ id }) => id),
          begun.map(({ verifier }) => verifier),
          begun.map(({ secret }) => secret.expiresAt),
        ],
      );
    }
    const secrets = new Map(issued.map(({ id, secret }) => [id, secret]));
    return new Map(
      deliveries.flatMap(({ id, credentialId }) => {
        const secret = secrets.get(credentialId ?? '');
        return secret ? [[id, secret] as const] : [];
      }),
    );
  }

  /** The mails are with the server: from now on the lives are fixed. */
  async markMailed(credentialIds: readonly string[]): Promise<void> {
    await this.database.sql(
      `update credentials set accepted_at = app_now()
       where practice_id = current_practice() and id = any($1) and accepted_at is null`,
      [credentialIds],
    );
  }

  /** Ends a credential that never reached its mailbox; one that did in another mail lives on. */
  async endUnmailed(actor: Actor, credentialId: string): Promise<void> {
    const rows = await this.database.sql(
      `update credentials set state = 'cancelled' where practice_id = current_practice() and id = $1
         and state = 'live' and accepted_at is null returning 1`,
      [credentialId],
    );
    if (rows.length === 0) return;
    await this.outbox.withdrawCredential(credentialId);
    await this.tell(credentialId, 'cancelled', actor);
  }

  /** Uses the credential up: exactly one caller ever gets true (one conditional UPDATE). */
  async consume(actor: Actor, credentialId: string): Promise<boolean> {
    const rows = await this.database.sql(
      `update credentials set state = 'used', used_at = app_now()
       where practice_id = current_practice() and id = $1 and state = 'live' and expires_at > app_now()
       returning 1`,
      [credentialId],
    );
    if (rows.length > 0) await this.tell(credentialId, 'used', actor);
    return rows.length > 0;
  }

  /** A verifier where the credential's life begins anew. */
  #derive(
    { id, ...row }: IssuableRow,
    keyId: string,
  ): { id: string; secret: IssuedSecret; verifier: Buffer | null } {
    const subject = { practiceId: this.database.practiceId, userId: row.user_id, credentialId: id };
    const credential = deriveCredential(this.keys, { ...subject, nonce: row.nonce, epoch: row.epoch });
    if (row.accepted && row.expires_at) {
      return { id, secret: { credential, expiresAt: row.expires_at }, verifier: null };
    }
    const normalised = normaliseCredential(credential.reveal());
    if (!normalised) throw new Error('A derived credential must have the form of one');
    const expiresAt = new Date(this.database.now.getTime() + row.life_minutes * 60_000);
    const verifier = credentialVerifier(this.keys, { ...subject, keyId }, normalised);
    return { id, secret: { credential, expiresAt }, verifier };
  }

  async tell(credentialId: string, fate: CredentialFate, actor: Actor): Promise<void> {
    for (const observer of this.#observers) await observer.credentialEnded(credentialId, fate, actor);
  }
}
