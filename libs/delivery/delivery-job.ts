import type { MessageKind } from '#wording';

/** Names of the jobs in the queue: one kind of work, named after what a person waits for. */
export type JobName = 'password-reset' | 'welcome-email' | 'notice';

/** Where a delivery is found; jobs hold these and nothing else. */
export interface DeliveryReference {
  practiceId: string;
  deliveryId: string;
}

const RESET_HOURS = 24;
const OTHER_HOURS = 72;

export function jobNameOf(kind: MessageKind): JobName {
  if (kind === 'temporary-credential') return 'password-reset';
  return kind === 'practice-welcome' || kind === 'member-welcome' ? 'welcome-email' : 'notice';
}

/** Attempts end this long after the request. */
export function deadlineHoursOf(kind: MessageKind): number {
  return kind === 'temporary-credential' ? RESET_HOURS : OTHER_HOURS;
}
