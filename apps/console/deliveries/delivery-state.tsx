import { useTranslation } from 'react-i18next';
import type { DeliveryView } from '#contract';
import { StateMark, type Tone } from '../frame/state-mark.js';

/** States of an email, and how an attempt ended. */
type Shown = DeliveryView['state'] | 'refused' | 'delayed';

const TONES: Record<Shown, Tone> = {
  queued: 'waiting',
  sending: 'waiting',
  deferred: 'waiting',
  accepted: 'good',
  failed: 'bad',
  bounced: 'bad',
  refused: 'bad',
  delayed: 'waiting',
  cancelled: 'quiet',
};

export function DeliveryState({ state }: { state: Shown }) {
  const { t } = useTranslation();
  return <StateMark tone={TONES[state]}>{t(`deliveryState.${state}`)}</StateMark>;
}

/** What an email is about; a kind that this console does not know yet stands as it is. */
export function useTemplateWords() {
  const { t, i18n } = useTranslation();
  return (template: string): string => {
    const key = `template.${template}`;
    return i18n.exists(key) ? t(key as 'template.member-welcome') : template;
  };
}
