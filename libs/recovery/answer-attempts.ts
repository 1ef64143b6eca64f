import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { newId } from '#runtime';
import { KeyRing, keyedDigest } from '#secrets';

/** Wrong answers that are looked at per account in 24 hours: strangers together, each known device apart. */
const LOOKED_AT = 5;

/** One guess at a security question. */
export interface Attempt {
  id: string;
  /** Whether it is one of those that are looked at. */
  counts: boolean;
}

/** Counts guesses at security questions, for names that exist and names that do not. */
@Injectable()
export class AnswerAttempts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /**
   * Takes one of the account's five places before the answer is checked, so that parallel guesses find
   * no more than five. A guess too many is written down like any other: it must not take less time.
   */
  async reserve(username: string, device: string): Promise<Attempt> {
    const account = keyedDigest(this.keys, 'account-digest', this.database.practiceId, username);
    await this.database.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      account.toString('hex'),
    ]);
    const id = newId();
    const [taken] = await this.database.sql<{ looked_at: boolean }>(
      `insert into answer_attempts (practice_id, id, account, device, looked_at)
       select current_practice(), $1, $2, $3,
         (select count(*) from answer_attempts where practice_id = current_practice() and account = $2
           and device = $3 and looked_at and at > app_now() - interval '24 hours') < ${LOOKED_AT}
       returning looked_at`,
      [id, account, device],
    );
    return { id, counts: taken?.looked_at === true };
  }

  /** A right answer gives its place back, and so does one that nobody could look at. */
  async release(id: string): Promise<void> {
    await this.database.sql(
      'delete from answer_attempts where practice_id = current_practice() and id = $1',
      [id],
    );
  }
}
