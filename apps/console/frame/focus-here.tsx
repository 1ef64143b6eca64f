import { type ReactNode, useEffect, useRef } from 'react';

/** A step that takes another's place takes the focus along: it must not fall out of the dialog (WCAG 2.4.3). */
export function FocusHere({ children }: { children: ReactNode }) {
  const here = useRef<HTMLDivElement>(null);
  useEffect(() => here.current?.focus({ preventScroll: true }), []);
  return (
    <div ref={here} tabIndex={-1} className="focus-here">
      {children}
    </div>
  );
}
