import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type Canonical, canonicalJson, Problem } from '#runtime';
import { KeyRing, openJson, sealJson, sha256 } from '#secrets';

/** A request that may be repeated: whose it is, where it went, its `Idempotency-Key`, and all it asked for. */
export interface Repeatable {
  userId: string;
  /** The address as a pattern: ids in it are part of `request`. */
  route: string;
  key: string;
  request: Canonical;
}

/** An answer as it left, to be given again to whoever did not receive it. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/**
 * The answers to requests that came with an `Idempotency-Key`. An answer is written in the transaction of
 * the work that it tells of: a crash at any instant leaves both or neither. What was refused has changed
 * nothing and is not kept: the same key may ask again.
 */
@Injectable()
export class KeptAnswers {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /**
   * The answer that the key has led to within 24 hours, or null: then it is the caller's until this
   * transaction ends.
   * @throws Problem `idempotency_in_flight` at once while another transaction carries the same request out,
   * `idempotency_key_reused` when the key was used for another one.
   */
  async find({ request, ...use }: Repeatable): Promise<KeptAnswer | null> {
    const scope = this.#scope(use);
    // Two statements: the second must see what the holder of the lock committed just before it let go.
    const [[lock], [row]] = await Promise.all([
      this.database.sql<{ taken: boolean }>('select pg_try_advisory_xact_lock($1) as taken', [
        scope.readBigInt64BE().toString(),
      ]),
      this.database.sql<{ sealed: string }>(
        `select sealed from kept_answers where practice_id = current_practice() and scope = $1
           and created_at > app_now() - interval '24 hours'`,
        [scope],
      ),
    ]);
    if (!lock?.taken) throw Problem.of('idempotency_in_flight');
    if (!row) return null;
    const kept = openJson(this.keys, 'kept-answer', row.sealed, this.#parts(use)) as Kept | null;
    // Also what cannot be opened any more: carrying it out a second time would be worse.
    if (kept?.fingerprint !== fingerprintOf(request)) throw Problem.of('idempotency_key_reused');
    return kept.answer;
  }

  /** Keeps the answer with the work, when this transaction commits. */
  keep({ request, ...use }: Repeatable, answer: KeptAnswer): void {
    const kept: Kept = { fingerprint: fingerprintOf(request), answer };
    const boundTo = this.#parts(use);
    this.database.last(
      `insert into kept_answers (practice_id, scope, user_id, sealed) values (current_practice(), $1, $2, $3)
       on conflict (practice_id, scope) do update set sealed = $3, created_at = app_now()`,
      [this.#scope(use), use.userId, sealJson(this.keys, 'kept-answer', kept, { boundTo })],
    );
  }

  #scope(use: Omit<Repeatable, 'request'>): Buffer {
    return sha256(canonicalJson(this.#parts(use)));
  }

  #parts({ userId, route, key }: Omit<Repeatable, 'request'>): string[] {
    return [this.database.practiceId, userId, route, key];
  }
}

/** Sealed: an answer holds personal data, and the digest of a short request could be guessed from. */
interface Kept {
  fingerprint: string;
  answer: KeptAnswer;
}

const fingerprintOf = (request: Canonical): string => sha256(canonicalJson(request)).toString('base64url');
