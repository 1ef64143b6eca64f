import { randomUUID } from 'node:crypto';
import { type Answer, ask, persist } from './api-client.js';
import { accepted, type History, type Operation, type Wish } from './history.js';
import { ANSWER, emailOf, type Installation, PASSWORD, type SeededPractice } from './installation.js';

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
    const operation = this.#begin('administrator-reset', practice, username);
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
    const operation = this.#begin('self-service-reset', practice, username, wrongly && 'the answer is wrong');
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
    const spent = this.#spent.has(credential) && 'the temporary password was used before';
    const operation = this.#begin('temporary-sign-in', practice, username, spent);
    operation.credential = credential;
    const { answer } = await this.#signIn(operation, practice, username, credential);
    if (answer?.status !== 201) return;
    this.#spent.add(credential);
    const token = String(answer.body['token']);
    if (setPassword) await this.#setPassword(practice, username, credential, token);
    else await this.#signOut(practice, username, token);
  }

  /** What must never be answered with success, whatever is broken just then. */
  async tryForbidden(practice: SeededPractice, username: string, how: number): Promise<void> {
    if (how < 0.4) {
      const operation = this.#begin('forbidden', practice, username, 'the password is wrong');
      await this.#signIn(operation, practice, username, 'not the password at all');
      return;
    }
    const [target = ''] = practice.targets;
    const id = await this.#idOf(target);
    const signedIn = how < 0.7;
    const why = signedIn ? 'staff resets nobody' : 'nobody is signed in';
    const operation = this.#begin('forbidden', practice, target, why);
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
  async #tokenOf({ practiceId }: SeededPractice, username: string): Promise<string | null> {
    const known = this.#tokens.get(username);
    if (known) return known;
    const body = { practiceId, username, password: PASSWORD, transport: 'bearer' };
    const { answer } = await ask(this.#url('sessions'), { body });
    if (answer?.status !== 201) return null;
    this.#tokens.set(username, String(answer.body['token']));
    return this.#tokens.get(username) ?? null;
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

  #begin(wish: Wish, { practiceId }: SeededPractice, username: string, mustFail: string | false = false) {
    return this.history.begin({ wish, practiceId, username, mustFail: mustFail || null });
  }

  #url(path: string): string {
    return `${this.installation.url}/api/v1/${path}`;
  }

  /** How many wishes were accepted. */
  get acceptedCount(): number {
    return this.history.operations.filter(accepted).length;
  }
}
