import type { Call } from './load.js';

/** A reset to ask for, and the address at which its mail must arrive. */
export interface ResetCall extends Call {
  address: string;
}

/** How large the seeded installation is; no user is reset twice within one run. */
export const seed = {
  practices: 20,
  usersPerPractice: 300,
  password: 'Correct-Horse-Battery-9',
  answer: 'Rosebud',
} as const;

/** A program under measurement, with its own PostgreSQL under `dataDir`. */
export interface Target {
  readonly name: 'limit' | 'product';
  readonly dataDir: string;
  readonly baseUrl: string;
  /** The process whose descendants, with the database server's, are the program. */
  readonly pid: number;
  /** Starts it, creating what is missing, and resolves when it can serve. */
  start(): Promise<void>;
  /** Fills the running program with `seed`; once. */
  fill(): Promise<void>;
  /** The next `count` users to reset, in turn. */
  resets(count: number): ResetCall[];
  signIns(count: number): Call[];
  stop(): Promise<void>;
}

/** Hands out a list in turn, starting over at its end. */
export class Rota<Item> {
  private next = 0;

  private constructor(private readonly items: Item[]) {}

  /** One of each list after the other, so that neighbours in time are of different practices. */
  static over<Item>(lists: Item[][]): Rota<Item> {
    const longest = lists.reduce((most, list) => Math.max(most, list.length), 0);
    const turns = Array.from({ length: longest }, (_, turn) =>
      lists.flatMap((list) => list.slice(turn, turn + 1)),
    );
    return new Rota(turns.flat());
  }

  take(count: number): Item[] {
    if (count > this.items.length)
      throw new Error(`only ${this.items.length} users are seeded, ${count} asked`);
    return Array.from({ length: count }, () => this.items[this.next++ % this.items.length] as Item);
  }
}
