import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is true; says what was waited for when it never is. */
export async function until(
  what: string,
  answer: () => Promise<boolean> | boolean,
  { seconds = 40, everyMilliseconds = 25 } = {},
): Promise<void> {
  const giveUpAt = performance.now() + seconds * 1_000;
  while (!(await answer())) {
    if (performance.now() > giveUpAt) throw new Error(`Waited ${seconds} s in vain: ${what}`);
    await sleep(everyMilliseconds);
  }
}
