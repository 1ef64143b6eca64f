import { useRef } from 'react';

/**
 * A form or dialog that creates something. Asked for the same again because no answer came, it sends the same
 * `Idempotency-Key`, and the API does it once; for anything else, and after an answer, the key is a new one.
 */
export function useOnce() {
  const asked = useRef<{ wish: string; key: string } | null>(null);
  return async <T>(wish: unknown, send: (key: string) => Promise<T>): Promise<T> => {
    const text = JSON.stringify(wish);
    if (asked.current?.wish !== text) asked.current = { wish: text, key: newKey() };
    const answer = await send(asked.current.key);
    asked.current = null;
    return answer;
  };
}

/** Not `randomUUID`, which browsers keep from pages that came without TLS. */
const newKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );
