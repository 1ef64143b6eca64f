import { useTranslation } from 'react-i18next';
import type { ResetState as State } from '#contract';
import { StateMark, type Tone } from '../frame/state-mark.js';

const TONES: Record<State, Tone> = {
  requested: 'waiting',
  sent: 'waiting',
  used: 'waiting',
  completed: 'good',
  refused: 'bad',
  expired: 'quiet',
  superseded: 'quiet',
  failed: 'bad',
  cancelled: 'quiet',
};

/** How a reset stands or ended. */
export function ResetState({ state }: { state: State }) {
  const { t } = useTranslation();
  return <StateMark tone={TONES[state]}>{t(`resetState.${state}`)}</StateMark>;
}
