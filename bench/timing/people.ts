import { randomBytes } from 'node:crypto';
import { formatPracticeId, practiceIdFromRandom } from '#contract';
import { type MeasuredInstallation, PASSWORD, type SeededPractice } from './installation.js';

const PRACTICES = 4;
/** An account is refused this often at most: limits of single accounts must not change what is measured. */
export const USES = 3;
const AT_ONCE = 4;
const A_DAY_SECONDS = 86_400;

/** A name in a practice, or what is none. */
export interface Account {
  practiceId: string;
  username: string;
}
interface Person extends Account {
  id: string;
  email: string;
}

/** Everybody who is asked for: seeded accounts, each handed out once, and what has no account at all. */
export class People {
  readonly #fresh: Account[];
  #invited = 0;

  private constructor(
    private readonly installation: MeasuredInstallation,
    private readonly practices: readonly SeededPractice[],
    private readonly unasking: SeededPractice,
  ) {
    const [longest = 0] = practices.map(({ users }) => users.length);
    // In turn by practice, and without the administrator and the auditor who come first.
    this.#fresh = Array.from({ length: longest }, (_, at) => at)
      .slice(2)
      .flatMap((at) =>
        practices.map(({ practiceId, users }) => ({ practiceId, username: users[at] as string })),
      );
  }

  /** Seeds `count` accounts and a practice that has switched the security question off. */
  static async seed(installation: MeasuredInstallation, count: number): Promise<People> {
    const practices = await installation.seed(PRACTICES, Math.ceil(count / PRACTICES) + 3);
    const [unasking] = await installation.seed(1, 100);
    if (!unasking) throw new Error('the practice without a question could not be seeded');
    const people = new People(installation, practices, unasking);
    const headers = await people.#administratorOf(unasking);
    const body = JSON.stringify({ policy: { securityQuestion: 'off' } });
    await installation.wire.ask({ path: '/api/v1/practice', headers, body }, 200, 'PATCH');
    return people;
  }

  /** An account that nobody has asked for yet. */
  fresh(): Account {
    const account = this.#fresh.pop();
    if (!account) throw new Error('too few accounts were seeded');
    return account;
  }

  many(count: number): Account[] {
    return Array.from({ length: count }, () => this.fresh());
  }

  whereNothingIsAsked(): Account[] {
    const { practiceId, users } = this.unasking;
    return users.slice(2).map((username) => ({ practiceId, username }));
  }

  unknownName(): Account {
    const { practiceId } = this.practices[randomBytes(1).readUInt8() % PRACTICES] as SeededPractice;
    return { practiceId, username: newName() };
  }

  unknownPractice(): Account {
    const symbols = Uint8Array.from(randomBytes(9), (byte) => byte % 32);
    return { practiceId: formatPracticeId(practiceIdFromRandom(symbols)), username: newName() };
  }

  async deactivated(count: number): Promise<Account[]> {
    const body = JSON.stringify({ status: 'deactivated' });
    return this.#change(this.many(count), ({ id }, headers) =>
      this.installation.wire.ask({ path: `/api/v1/users/${id}`, headers, body }, 200, 'PATCH'),
    );
  }

  /**
   * Added, and never signed in: they have neither a password of their own nor a security question. In turn
   * by practice like everybody else: one with thousands of them would be slower for its size.
   */
  async invited(count: number): Promise<Account[]> {
    const asked = await Promise.all(
      this.practices.map(async (practice) => ({ practice, headers: await this.#administratorOf(practice) })),
    );
    const accounts: Account[] = [];
    for (let made = 0; made < count; made += 1) {
      const { practice, headers } = asked[made % asked.length] as (typeof asked)[number];
      const username = `invited${(this.#invited += 1)}`;
      const email = `${username}@example.test`;
      const body = JSON.stringify({ username, displayName: `Guest ${made}`, email, roles: ['staff'] });
      await this.installation.wire.ask({ path: '/api/v1/users', headers, body }, 201);
      accounts.push({ practiceId: practice.practiceId, username });
    }
    return accounts;
  }

  /** Their own password was switched off by an administrator's reset. */
  async disabled(count: number): Promise<Account[]> {
    return this.#change(this.many(count), (person, headers) => this.#reset(person, headers, true));
  }

  /** With the temporary password that each was mailed more than a day ago. */
  async expired(count: number): Promise<(Account & { credential: string })[]> {
    const people: Person[] = [];
    await this.#change(this.many(count), async (person, headers) => {
      await this.#reset(person, headers, false);
      people.push(person);
    });
    const accounts = [];
    for (const { practiceId, username, email } of people) {
      accounts.push({ practiceId, username, credential: await this.installation.credentialFor(email) });
    }
    await this.installation.advance(A_DAY_SECONDS + 60);
    return accounts;
  }

  #reset({ id }: Person, headers: Record<string, string>, lockNow: boolean): Promise<unknown> {
    const body = JSON.stringify({ lockNow });
    return this.installation.wire.ask({ path: `/api/v1/users/${id}/password-reset`, headers, body }, 202);
  }

  async #change(
    accounts: Account[],
    work: (person: Person, headers: Record<string, string>) => Promise<unknown>,
  ): Promise<Account[]> {
    for (const practice of this.practices) {
      const headers = await this.#administratorOf(practice);
      const mine = accounts.filter(({ practiceId }) => practiceId === practice.practiceId);
      const people = await this.#find(mine, headers);
      for (let from = 0; from < people.length; from += AT_ONCE) {
        await Promise.all(people.slice(from, from + AT_ONCE).map((person) => work(person, headers)));
      }
    }
    return accounts;
  }

  async #find(accounts: Account[], headers: Record<string, string>): Promise<Person[]> {
    const wanted = new Map(accounts.map((account) => [account.username, account]));
    const people: Person[] = [];
    for (let cursor: string | null = ''; cursor !== null && people.length < accounts.length; ) {
      const path: string = `/api/v1/users?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: { items: { id: string; username: string; email: string }[]; nextCursor: string | null } =
        await this.installation.wire.ask({ path, headers }, 200, 'GET');
      for (const { id, username, email } of page.items) {
        const account = wanted.get(username);
        if (account) people.push({ ...account, id, email });
      }
      cursor = page.nextCursor;
    }
    return people;
  }

  async #administratorOf({ practiceId, administrator }: SeededPractice): Promise<Record<string, string>> {
    const body = JSON.stringify({
      practiceId,
      username: administrator,
      password: PASSWORD,
      transport: 'bearer',
    });
    const { token } = await this.installation.wire.ask<{ token: string }>(
      { path: '/api/v1/sessions', body },
      201,
    );
    return { authorization: `Bearer ${token}` };
  }
}

const newName = (): string => `u${randomBytes(3).toString('hex')}`;
