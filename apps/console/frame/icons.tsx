import type { ReactNode } from 'react';

const PATHS = {
  gear: 'M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Zm8 3.5-.1 1.2 2 1.6-2 3.4-2.4-.9a8 8 0 0 1-2 1.2L15 21h-4l-.4-2.5a8 8 0 0 1-2-1.2l-2.5.9-2-3.4 2-1.6L6 12l.1-1.2-2-1.6 2-3.4 2.4.9a8 8 0 0 1 2-1.2L11 3h4l.4 2.5a8 8 0 0 1 2 1.2l2.5-.9 2 3.4-2 1.6.1 1.2Z',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14Zm5 12 4.5 4.5',
  help: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm-2.6 6.6a2.6 2.6 0 1 1 3.6 2.4c-.7.3-1 .8-1 1.5v.5m0 2.6v.1',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20.5c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  menu: 'M4 6.500h16M4 12h16M4 17.500h16',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.500L19 7.5',
  clock: 'M12 3.500a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17Zm0 4v5l3.2 2',
  sent: 'M4 12 20.5 4l-4.5 16.5-4-7-8-1.500Zm8 1.5 4-4',
  cross: 'm7 7 10 10M17 7 7 17',
  minus: 'M6 12h12',
  alert: 'M12 4 2.8 19.500h18.400L12 4Zm0 6v4.500m0 2.400v.1',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  plus: 'M12 5v14M5 12h14',
  chart: 'M4 20h16M7 16v-5m5 5V6m5 10v-7',
  list: 'M8 6.500h12M8 12h12M8 17.500h12M4 6.500h.01M4 12h.01M4 17.500h.01',
  mail: 'M3.5 6h17v12.500h-17zm.500.5 8 6 8-6',
  shield: 'M12 3.5 5 6v5.500c0 4.3 2.8 7.4 7 9 4.2-1.6 7-4.7 7-9V6l-7-2.500Zm-3 8.7 2.2 2.2 4-4.3',
  arrow: 'M5 12h14m-5.5-5.500L19 12l-5.5 5.5',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration only: the word beside it, or the control's label, says it. */
export function Icon({ name, size = 18 }: { name: IconName; size?: number }): ReactNode {
  const dots = name === 'more';
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={dots ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
