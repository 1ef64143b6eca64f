import { randomInt } from 'node:crypto';
import type { Call } from '../load.js';
import type { Wire } from './wire.js';
import { wordsOf } from './words.js';

/** A reason for one and the same answer; `prepare` makes a request that has it, outside of what is measured. */
export interface Cause {
  name: string;
  prepare: (wire: Wire) => Call | Promise<Call>;
}

/** What was seen of one cause. */
export interface Samples {
  ms: number[];
  words: Set<string>;
}

/** So many rounds are mixed: few enough that the machine's moods meet all causes alike. */
const MIXED = 20;

/**
 * Sends one request of every cause a round. The order is random over many rounds, not within each: what a
 * request leaves behind for the next one must meet its own cause as often as any other.
 */
export async function sendRounds(
  wires: readonly Wire[],
  causes: readonly Cause[],
  rounds: number,
  progress: (round: number) => void,
): Promise<Map<string, Samples>> {
  const samples = new Map<string, Samples>();
  for (const { name } of causes) samples.set(name, { ms: [], words: new Set() });
  for (let from = 0; from < rounds; from += MIXED) {
    const until = Math.min(from + MIXED, rounds);
    const mixed = shuffled(Array.from({ length: until - from }, () => causes).flat()).values();
    await Promise.all(wires.map((wire) => sendEach(wire, mixed, samples)));
    progress(until);
  }
  return samples;
}

/** One client; several share the list, and each connection sends one request at a time. */
async function sendEach(wire: Wire, causes: Iterable<Cause>, samples: Map<string, Samples>): Promise<void> {
  for (const { name, prepare } of causes) {
    const answered = await wire.send(await prepare(wire));
    const seen = samples.get(name);
    seen?.ms.push(answered.ms);
    seen?.words.add(wordsOf(answered));
  }
}

function shuffled<T>(items: readonly T[]): T[] {
  const mixed = [...items];
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [mixed[last], mixed[other]] = [mixed[other] as T, mixed[last] as T];
  }
  return mixed;
}
