/** What a client wanted. */
export type Wish =
  | 'administrator-reset'
  | 'self-service-reset'
  | 'sign-in'
  | 'temporary-sign-in'
  | 'own-password'
  | 'sign-out'
  /** With another's right temporary password, in a practice that is not theirs. */
  | 'sign-in-elsewhere'
  | 'wrong-password'
  | 'forbidden-reset';

/** One wish of a client, however often it had to be asked for, and what the client knows of it. */
export interface Operation {
  wish: Wish;
  /** Practice ID as typed, and whom it concerns. */
  practiceId: string;
  username: string;
  /** Who asked, where it is somebody else. */
  by: string | null;
  startedAt: number;
  /** When the last attempt began: one that was accepted was carried out no sooner. */
  askedAt: number;
  endedAt: number;
  attempts: number;
  /** Of the last answer; null when none ever came. */
  status: number | null;
  /** Some attempt may have been carried out although no answer came. */
  uncertain: boolean;
  /** The client lost patience: nothing that stands was ever answered. */
  gaveUp: boolean;
  /** The reset that an accepted one started. */
  resetId: string | null;
  /** Why it must not succeed, where it must not. */
  mustFail: string | null;
  /** The temporary password that was presented. */
  credential: string | null;
}

export const accepted = ({ status }: Pick<Operation, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/** How often it was carried out at most: whoever had no answer does not know of each attempt. */
export const mostOften = (operation: Operation): number => {
  const { uncertain, attempts } = operation;
  return uncertain ? attempts : Number(accepted(operation));
};

/** Everything that clients have asked for, in the order of their first attempts. */
export class History {
  readonly operations: Operation[] = [];

  begin(operation: Pick<Operation, 'wish' | 'practiceId' | 'username'> & Partial<Operation>): Operation {
    const begun: Operation = {
      by: null,
      startedAt: Date.now(),
      askedAt: Date.now(),
      endedAt: 0,
      attempts: 0,
      status: null,
      uncertain: false,
      gaveUp: false,
      resetId: null,
      mustFail: null,
      credential: null,
      ...operation,
    };
    this.operations.push(begun);
    return begun;
  }
}
