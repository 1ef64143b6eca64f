/** What a client wanted. */
export type Wish =
  | 'administrator-reset'
  | 'self-service-reset'
  | 'temporary-sign-in'
  | 'own-password'
  | 'sign-out'
  | 'forbidden';

/** One wish of a client, however often it had to be asked for, and what the client knows of it. */
export interface Operation {
  wish: Wish;
  /** Practice ID as typed, and whom it concerns. */
  practiceId: string;
  username: string;
  startedAt: number;
  endedAt: number;
  attempts: number;
  /** Of the last answer; null when none ever came. */
  status: number | null;
  /** Some attempt may have been carried out although no answer came. */
  uncertain: boolean;
  /** The reset that an accepted one started. */
  resetId: string | null;
  /** Why it must not succeed, where it must not. */
  mustFail: string | null;
  /** The temporary password that was presented. */
  credential: string | null;
}

export const accepted = ({ status }: Pick<Operation, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/** Everything that clients have asked for, in the order of their first attempts. */
export class History {
  readonly operations: Operation[] = [];

  begin(operation: Pick<Operation, 'wish' | 'practiceId' | 'username'> & Partial<Operation>): Operation {
    const begun: Operation = {
      startedAt: Date.now(),
      endedAt: 0,
      attempts: 0,
      status: null,
      uncertain: false,
      resetId: null,
      mustFail: null,
      credential: null,
      ...operation,
    };
    this.operations.push(begun);
    return begun;
  }

  of(wish: Wish): Operation[] {
    return this.operations.filter((operation) => operation.wish === wish);
  }
}
