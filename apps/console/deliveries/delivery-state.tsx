import { useTranslation } from 'react-i18next';
import { ATTEMPT_OUTCOMES, type AttemptOutcome, type DeliveryView } from '#contract';
import { StateMark, type Tone } from '../frame/state-mark.js';

type Shown = DeliveryView['state'] | AttemptOutcome;

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
const isShown = (state: string): state is Shown => Object.hasOwn(TONES, state);

/** The state of an email, or how an attempt ended; one that this console does not know yet stands as it is. */
export function DeliveryState({ state }: { state: string }) {
  const { t } = useTranslation();
  if (!isShown(state)) return <StateMark tone="quiet">{state}</StateMark>;
  return <StateMark tone={TONES[state]}>{t(`deliveryState.${state}`)}</StateMark>;
}

const ATTEMPT = 'delivery.';

/** How an attempt to send ended, as a step of a timeline (`delivery.refused`); undefined for any other step. */
export function useAttemptWords() {
  const { t } = useTranslation();
  return (event: string): string | undefined => {
    const outcome = ATTEMPT_OUTCOMES.find((one) => event === ATTEMPT + one);
    return outcome && t(`attempt.${outcome}`);
  };
}

/** What an email is about; a kind that this console does not know yet stands as it is. */
export function useTemplateWords() {
  const { t, i18n } = useTranslation();
  return (template: string): string => {
    const key = `template.${template}`;
    return i18n.exists(key) ? t(key as 'template.member-welcome') : template;
  };
}
