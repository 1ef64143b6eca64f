/** What a call may need from the person before it can go on. */
export type Interruption = 'sign-in' | 'confirm-password';

interface Pending {
  kind: Interruption;
  promise: Promise<boolean>;
  resolve: (goOn: boolean) => void;
}

let pending: Pending | null = null;
let mayInterrupt = false;
const listeners = new Set<() => void>();
const tell = () => {
  for (const listener of listeners) listener();
};

/** Asks the person once, however many calls wait; true when the calls may be repeated. */
export function interrupt(kind: Interruption): Promise<boolean> {
  // Without a dialog to answer it (a page that is being left) a question would wait for ever.
  if (!mayInterrupt || listeners.size === 0) return Promise.resolve(false);
  if (pending?.kind === kind) return pending.promise;
  // A lost session comes before everything: whatever was asked before is asked again afterwards.
  if (pending?.kind === 'sign-in') return pending.promise;
  pending?.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  pending = { kind, promise, resolve };
  tell();
  return promise;
}

/** The dialog's answer. */
export function resume(goOn: boolean): void {
  const settled = pending;
  pending = null;
  tell();
  settled?.resolve(goOn);
}

/** Only somebody who was signed in can lose a session; before that a 401 means the sign-in page. */
export function allowInterruptions(allowed: boolean): void {
  mayInterrupt = allowed;
}

export const currentInterruption = (): Interruption | null => pending?.kind ?? null;

/** Whoever listens asks the person; once nobody does, what waits is refused. */
export function onInterruption(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) resume(false);
  };
}
