import { Problem } from './problem.js';

/** The versions of a thing that a change was decided on, as `If-Match` names them; null for any. */
export type ExpectedVersion = readonly number[] | null;

/** So that nobody overwrites what they have not seen. @throws Problem `stale` */
export function mustBeExpected(version: number, expected: ExpectedVersion): void {
  if (expected !== null && !expected.includes(version)) throw Problem.of('stale');
}
