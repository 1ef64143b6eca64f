import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { newId } from '#runtime';
import { KeyRing, keyedDigest } from '#secrets';

/** Wrong answers that are looked at per account in 24 hours: strangers together, each known device apart. */
const LOOKED_AT = 5;

/** Counts guesses at security questions, for names that exist and names that do not. */
@Injectable()
export class AnswerAttempts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  /**
   * Takes one of the account's five places before the answer is checked, so that parallel guesses find
   * no more than five. Null when there is none left.
   */
  async reserve(username: string, device: string): Promise<string | null> {
    const account = keyedDigest(this.keys, 'account-digest', this.database.practiceId, username);
    await this.database.sql('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      account.toString('hex'),
    ]);
    const id = newId();
    const taken = await this.database.sql(
      `insert into answer_attempts (practice_id, id, account, device)
       select current_practice(), $1, $2, $3
       where (select count(*) from answer_attempts where practice_id = current_practice() and account = $2
         and device = $3 and at > app_now() - interval '24 hours') < ${LOOKED_AT}
       returning 1`,
      [id, account, device],
    );
    return taken.length > 0 ? id : null;
  }

  /** A right answer gives its place back. */
  async release(id: string): Promise<void> {
    await this.database.sql(
      'delete from answer_attempts where practice_id = current_practice() and id = $1',
      [id],
    );
  }
}
