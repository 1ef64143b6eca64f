import { useEffect } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

const isSlash = (event: KeyboardEvent): boolean =>
  event.key === '/' && !event.ctrlKey && !event.metaKey && !isTyping(event.target);

/** `/` goes to the page's search field, never from within what lies over the page. Ctrl+K searches everywhere. Esc is every dialog's own. */
export function useShortcuts({ onPalette }: { onPalette: () => void }): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        onPalette();
      } else if (isSlash(event) && !document.querySelector('[role="dialog"]')) {
        const field = document.querySelector<HTMLInputElement>('main input[type="search"]');
        event.preventDefault();
        if (field) field.focus();
        else onPalette();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [onPalette]);
}
