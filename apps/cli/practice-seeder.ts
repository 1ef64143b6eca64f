import type { INestApplicationContext } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { SECURITY_QUESTION_IDS } from '#contract';
import { Database } from '#database';
import { Practices } from '#practices';
import { type Actor, newId } from '#runtime';
import { Argon2Threads, normaliseAnswer, PasswordHash } from '#secrets';

/** Somebody who can sign in at once. */
export interface SeededPerson {
  username: string;
  displayName: string;
  email: string;
  role: 'administrator' | 'auditor' | 'staff';
  password: string;
  answer: string;
}

interface Sealed {
  id: string;
  person: SeededPerson;
  password: string;
  answer: string;
}

/** Fills practices with active people, fast: one statement a table, one slow hash per distinct secret. */
export class PracticeSeeder {
  readonly #hashes = new Map<string, Promise<string>>();
  readonly #threads: Argon2Threads;
  readonly #hash: PasswordHash;
  readonly #database: Database;
  readonly #practices: Practices;
  readonly #trail: AuditTrail;

  constructor(
    product: INestApplicationContext,
    private readonly actor: Actor,
  ) {
    this.#threads = product.get(Argon2Threads);
    this.#hash = product.get(PasswordHash);
    this.#database = product.get(Database);
    this.#practices = product.get(Practices);
    this.#trail = product.get(AuditTrail);
  }

  /** Returns the practice's canonical Practice ID. */
  async seed(name: string, people: readonly SeededPerson[]): Promise<string> {
    const practiceId = newId();
    const sealed = await Promise.all(people.map((person) => this.#seal(practiceId, person)));
    return this.#database.inPractice(practiceId, async () => {
      const practice = await this.#practices.create({ name, timeZone: 'UTC', locale: 'en' });
      this.#trail.record({
        action: 'practice.opened',
        actor: this.actor,
        target: { type: 'practice', id: practiceId },
      });
      await this.#insert(sealed);
      await this.#practices.confirm(this.actor);
      return practice.code;
    });
  }

  async #seal(practiceId: string, person: SeededPerson): Promise<Sealed> {
    const id = newId();
    const password = await this.#slow(person.password.normalize('NFKC'));
    const answer = await this.#slow(normaliseAnswer(person.answer));
    const owner = { practiceId, userId: id };
    return {
      id,
      person,
      password: this.#hash.seal(password, { ...owner, use: 'password' }),
      answer: this.#hash.seal(answer, { ...owner, use: 'security-answer' }),
    };
  }

  #slow(plain: string): Promise<string> {
    const known = this.#hashes.get(plain) ?? this.#threads.hash(plain);
    this.#hashes.set(plain, known);
    return known;
  }

  async #insert(sealed: readonly Sealed[]): Promise<void> {
    const column = (value: (row: Sealed) => string) => sealed.map(value);
    await this.#database.sql(
      `with person as (
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
           as p (id, username, display_name, email, role, password, answer)
       ), users as (
         insert into users (practice_id, id, username, display_name, email, locale, status)
         select current_practice(), id, username, display_name, email, 'en', 'active' from person
       ), passwords as (
         insert into passwords (practice_id, user_id, sealed) select current_practice(), id, password from person
       ), answers as (
         insert into security_answers (practice_id, user_id, question_id, sealed)
         select current_practice(), id, $8, answer from person
       ) insert into user_roles (practice_id, user_id, role_key) select current_practice(), id, role from person`,
      [
        column(({ id }) => id),
        column(({ person }) => person.username),
        column(({ person }) => person.displayName),
        column(({ person }) => person.email),
        column(({ person }) => person.role),
        column(({ password }) => password),
        column(({ answer }) => answer),
        SECURITY_QUESTION_IDS[0],
      ],
    );
    for (const { id, person } of sealed) {
      this.#trail.record({
        action: 'user.created',
        actor: this.actor,
        target: { type: 'user', id },
        changes: { before: [], after: [person.role] },
        personal: { username: person.username },
      });
    }
  }
}
