import { useEffect, useRef, useState } from 'react';

/** A browser has six connections to one host (HTTP/1.1): most of them are for asking. */
const AT_ONCE = 2;
let open = 0;

/**
 * Follows one thing by server-sent events: `onState` gets its state now and after each change. False while no
 * stream runs (too many, or none gets through): the caller asks every few seconds then. Keeps no session alive.
 */
export function useStream(path: string | null, onState: (state: unknown) => void): boolean {
  const [running, setRunning] = useState(false);
  const tell = useRef(onState);
  useEffect(() => {
    tell.current = onState;
  });
  useEffect(() => {
    if (path === null || open >= AT_ONCE) return undefined;
    open += 1;
    const source = new EventSource(`/api/v1${path}`);
    source.addEventListener('open', () => setRunning(true));
    source.addEventListener('message', ({ data }: MessageEvent<string>) => tell.current(JSON.parse(data)));
    // The browser tries again by itself, or gives up for good: asking bridges the one and replaces the other.
    source.addEventListener('error', () => setRunning(false));
    return () => {
      source.close();
      open -= 1;
      setRunning(false);
    };
  }, [path]);
  return running;
}
