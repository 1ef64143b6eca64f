import { useCallback, useEffect, useRef, useState } from 'react';

/** What somebody types into a field whose value is part of the address. */
export interface Typed {
  typed: string;
  type: (text: string) => void;
  /** What the address will say once everything that was sent has arrived there. */
  expected: () => string;
  /** Notes that this was sent to the address. */
  send: (text: string) => void;
}

/**
 * Keeps what is typed ahead of the address, which says the same a moment later, trimmed, and after further keys.
 * The field follows the address only where it says what this field did not send: after Back, or a link.
 */
export function useTyped(value: string): Typed {
  const [typed, type] = useState(value);
  const sent = useRef<string[]>([]);
  useEffect(() => {
    const echo = sent.current.indexOf(value);
    sent.current = echo < 0 ? [] : sent.current.slice(echo + 1);
    if (echo < 0) type(value);
  }, [value]);
  const expected = useCallback(() => sent.current.at(-1) ?? value, [value]);
  const send = useCallback((text: string) => {
    sent.current = [...sent.current, text];
  }, []);
  return { typed, type, expected, send };
}
