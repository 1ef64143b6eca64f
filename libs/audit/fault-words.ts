import type { Fault } from './trail-walk.js';

/** A fault as a sentence. */
export function faultWords({ from, to, what }: Fault): string {
  if (from === 0) return `The file is ${what}.`;
  if (from === to) return `Entry ${from} is ${what}.`;
  return `The first bad entry is one of ${from} to ${to}: these are ${what}.`;
}
