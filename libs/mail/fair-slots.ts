interface Waiting {
  owner: string;
  grant: () => void;
}

/**
 * A number of slots that no single owner can have all of: one in eight is left to others, so that whoever
 * fills the rest with slow work does not stand in everybody's way.
 */
export class FairSlots {
  readonly #held = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  readonly #ownersMost: number;
  #free: number;

  constructor(slots: number) {
    this.#free = slots;
    this.#ownersMost = Math.max(1, slots - Math.ceil(slots / 8));
  }

  /** Waits for a slot, and takes it; false when there was none in time. */
  take(owner: string, patienceMilliseconds: number): Promise<boolean> {
    if (this.#mayTake(owner)) {
      this.#give(owner);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        owner,
        grant: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        resolve(false);
      }, patienceMilliseconds);
      this.#waiting.add(waiting);
    });
  }

  /** Returns a slot; whoever has waited longest and may have it gets it. */
  release(owner: string): void {
    const left = (this.#held.get(owner) ?? 0) - 1;
    if (left > 0) this.#held.set(owner, left);
    else this.#held.delete(owner);
    this.#free += 1;
    for (const waiting of this.#waiting) {
      if (!this.#mayTake(waiting.owner)) continue;
      this.#waiting.delete(waiting);
      this.#give(waiting.owner);
      return waiting.grant();
    }
  }

  #mayTake(owner: string): boolean {
    return this.#free > 0 && (this.#held.get(owner) ?? 0) < this.#ownersMost;
  }

  #give(owner: string): void {
    this.#free -= 1;
    this.#held.set(owner, (this.#held.get(owner) ?? 0) + 1);
  }
}
