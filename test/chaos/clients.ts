import { randomUUID } from 'node:crypto';
import { type Answer, ask, persist } from './api-client.js';
import type { History, Operation, Wish } from './history.js';
import { ANSWER, emailOf, type Installation, PASSWORD, type SeededPractice } from './installation.js';
import { until } from './patience.js';

const PATIENCE_MILLISECONDS = 90_000;

/** The people of the installation, each wish of theirs noted in the history with what came of it. */
export class Clients {
  /** Tokens of sessions that are over, by whose they were. */
  readonly revoked: { username: string; token: string }[] = [];
  readonly #tokens = new Map<string, string>();
  readonly #spent = new Set<string>();

  constructor(
    readonly installation: Installation,
    readonly history: History,
  ) {}

  /** An administrator sends a colleague a temporary password, asking until it is accepted. */
  async resetAsAdministrator(practice: SeededPractice, username: string): Promise<Operation> {
    const operation = this.#begin('administrator-reset', practice, username, { by: practice.administrator });
    const id = await this.#idOf(username);
    const key = randomUUID();
    const answer = await persist(
      operation,
      async () => {
        const token = await this.#tokenOf(practice, practice.administrator);
        if (!token) return { answer: null, reached: false };
        const asked = await ask(this.#url(`users/${id}/password-reset`), { token, body: {}, key });
        if (asked.answer?.status !== 401) return asked;
        // The session ran out, by the moved clock for example: nothing was done.
        this.#tokens.delete(practice.administrator);
        return { answer: null, reached: false };
      },
      Date.now() + PATIENCE_MILLISECONDS,
    );
    if (answer?.status === 202) operation.resetId = String(answer.body['id']);
    return operation;
  }

  /** Somebody answers their question, each time with a new ticket. */
  async answerQuestion(practice: SeededPractice, username: string, wrongly = false): Promise<Operation> {
    const mustFail = wrongly ? 'the answer is wrong' : null;
    const operation = this.#begin('self-service-reset', practice, username, { mustFail });
    const { practiceId } = practice;
    await persist(
      operation,
      async () => {
        const challenge = await ask(this.#url('password-resets/challenges'), {
          body: { practiceId, username },
        });
        if (challenge.answer?.status !== 200) return { answer: challenge.answer, reached: false };
        const { ticket } = challenge.answer.body;
        const answer = wrongly ? 'no bridge at all' : ANSWER;
        return ask(this.#url('password-resets'), { body: { ticket, answer } });
      },
      Date.now() + PATIENCE_MILLISECONDS,
    );
    return operation;
  }

  /** Whoever got a mail signs in with it, and perhaps sets an own password; nothing of it works twice. */
  async useNewestMail(practice: SeededPractice, username: string, setPassword: boolean): Promise<void> {
    const credential = this.installation.journal.to(emailOf(username)).at(-1)?.credential;
    if (!credential) return;
    const mustFail = this.#spent.has(credential) ? 'the temporary password was used before' : null;
    const operation = this.#begin('temporary-sign-in', practice, username, { credential, mustFail });
    const { answer } = await this.#signIn(operation, practice, username, credential);
    if (answer?.status !== 201) return;
    this.#spent.add(credential);
    const token = String(answer.body['token']);
    if (setPassword) await this.#setPassword(practice, username, credential, token);
    else await this.#signOut(practice, username, token);
  }

  /**
   * Presents a temporary password until there is an answer that stands, and returns its status. `elsewhere` is
   * a practice that is not its owner's.
   */
  async present(
    practice: SeededPractice,
    username: string,
    { credential, mustFail }: { credential: string; mustFail: string | null },
    elsewhere: SeededPractice | null = null,
  ): Promise<number> {
    let status = 0;
    await until('the API answers to a temporary password', async () => {
      const wish = elsewhere ? 'sign-in-elsewhere' : 'temporary-sign-in';
      const operation = this.#begin(wish, practice, username, { credential, mustFail });
      const { answer } = await this.#signIn(operation, elsewhere ?? practice, username, credential);
      status = answer?.status ?? 0;
      // Looked at even where too many guesses have closed the way (sign-in-limits.md): 429 stands.
      return answer !== null && status < 500;
    });
    return status;
  }

  /** What must never be answered with success, whatever is broken just then. */
  async tryForbidden(practice: SeededPractice, username: string, how: number): Promise<void> {
    if (how < 0.4) {
      const mustFail = 'the password is wrong';
      const operation = this.#begin('wrong-password', practice, username, { mustFail });
      await this.#signIn(operation, practice, username, 'not the password at all');
      return;
    }
    const [target = ''] = practice.targets;
    const id = await this.#idOf(target);
    const signedIn = how < 0.7;
    const mustFail = signedIn ? 'staff resets nobody' : 'nobody is signed in';
    const by = signedIn ? username : null;
    const operation = this.#begin('forbidden-reset', practice, target, { by, mustFail });
    const token = signedIn ? await this.#tokenOf(practice, username) : null;
    await this.#once(operation, () =>
      ask(this.#url(`users/${id}/password-reset`), { ...(token && { token }), body: {} }),
    );
  }

  async #setPassword(
    practice: SeededPractice,
    username: string,
    currentPassword: string,
    token: string,
  ): Promise<void> {
    const operation = this.#begin('own-password', practice, username);
    const body = { currentPassword, newPassword: `${PASSWORD} anew` };
    await this.#once(operation, () => ask(this.#url('me/password'), { method: 'PUT', token, body }));
    if (operation.status === 204) this.revoked.push({ username, token });
  }

  async #signOut(practice: SeededPractice, username: string, token: string): Promise<void> {
    const operation = this.#begin('sign-out', practice, username);
    await this.#once(operation, () => ask(this.#url('sessions/current'), { method: 'DELETE', token }));
    if (operation.status === 204) this.revoked.push({ username, token });
  }

  /** Signs in once: repeated, a used temporary password would be refused for its own first use. */
  async #signIn(operation: Operation, { practiceId }: SeededPractice, username: string, password: string) {
    const body = { practiceId, username, password, transport: 'bearer' };
    return this.#once(operation, () => ask(this.#url('sessions'), { body }));
  }

  async #once(
    operation: Operation,
    attempt: () => Promise<{ answer: Answer | null; reached: boolean }>,
  ): Promise<{ answer: Answer | null }> {
    const { answer, reached } = await attempt();
    operation.attempts = 1;
    operation.endedAt = Date.now();
    operation.status = answer?.status ?? null;
    operation.uncertain = reached && (answer === null || answer.status >= 500);
    return { answer };
  }

  /** The session of somebody whose password everybody here knows; null while nobody can sign in. */
  async #tokenOf(practice: SeededPractice, username: string): Promise<string | null> {
    const known = this.#tokens.get(username) ?? (await this.newToken(practice, username));
    if (known) this.#tokens.set(username, known);
    return known;
  }

  /** Another session of theirs. */
  async newToken(practice: SeededPractice, username: string): Promise<string | null> {
    const operation = this.#begin('sign-in', practice, username);
    const { answer } = await this.#signIn(operation, practice, username, PASSWORD);
    return answer?.status === 201 ? String(answer.body['token']) : null;
  }

  readonly #ids = new Map<string, string>();
  async #idOf(username: string): Promise<string> {
    if (this.#ids.size === 0) {
      const rows = await this.installation.postgres.query<{ id: string; username: string }>(
        'select id, username from users',
      );
      for (const row of rows) this.#ids.set(row.username, row.id);
    }
    return this.#ids.get(username) ?? '';
  }

  #begin(wish: Wish, { practiceId }: SeededPractice, username: string, more: Partial<Operation> = {}) {
    return this.history.begin({ wish, practiceId, username, ...more });
  }

  #url(path: string): string {
    return `${this.installation.url}/api/v1/${path}`;
  }
}
