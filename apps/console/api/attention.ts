const ATTENDED_MILLISECONDS = 10_000;
const EXTENDED_MILLISECONDS = 60_000;

let lastActAt = performance.now();
let lastExtensionAt = performance.now();
const act = () => {
  lastActAt = performance.now();
};
for (const event of ['pointerdown', 'keydown'] as const) {
  window.addEventListener(event, act, { capture: true, passive: true });
}

/** Whether somebody has just done something: only then may a request keep the session alive. */
export const isAttended = (): boolean => performance.now() - lastActAt < ATTENDED_MILLISECONDS;

/** A request that keeps the session alive is on its way. */
export function noteExtension(): void {
  lastExtensionAt = performance.now();
}

/** Whether somebody is busy here of whom the API has not heard for a while: typing alone asks for nothing. */
export const isBusyUnheard = (): boolean =>
  isAttended() && performance.now() - lastExtensionAt > EXTENDED_MILLISECONDS;
