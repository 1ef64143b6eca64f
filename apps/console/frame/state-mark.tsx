import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.js';
import classes from './state-mark.module.css';

export type Tone = 'good' | 'waiting' | 'bad' | 'quiet';

const ICONS: Record<Tone, IconName> = { good: 'check', waiting: 'clock', bad: 'cross', quiet: 'minus' };

/** A state as a word and a glyph: colour never says it alone. */
export function StateMark({ tone, icon, children }: { tone: Tone; icon?: IconName; children: ReactNode }) {
  return (
    <span className={classes['mark']} data-tone={tone}>
      <Icon name={icon ?? ICONS[tone]} size={16} />
      <span>{children}</span>
    </span>
  );
}
