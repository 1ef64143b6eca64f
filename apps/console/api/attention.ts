const ATTENDED_MILLISECONDS = 10_000;

let lastActAt = performance.now();
const act = () => {
  lastActAt = performance.now();
};
for (const event of ['pointerdown', 'keydown'] as const) {
  window.addEventListener(event, act, { capture: true, passive: true });
}

/** Whether somebody has just done something: only then may a request keep the session alive. */
export const isAttended = (): boolean => performance.now() - lastActAt < ATTENDED_MILLISECONDS;
