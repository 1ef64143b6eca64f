import { queryOptions } from '@tanstack/react-query';

interface Readiness {
  queue?: { state?: string };
  mail?: { state?: string; stoppedAt?: string | null };
}

/** What is wrong with mail, from worst to least; null while it runs, and where the installation does not say. */
export type MailTrouble =
  | { kind: 'stopped'; since: string }
  | { kind: 'unattended' }
  | { kind: 'slow' }
  | null;

const ASK_AGAIN_MILLISECONDS = 30_000;

/** How mail runs in the whole installation. Asked without the session: looking on must not extend it. */
export const mailHealthQuery = queryOptions({
  queryKey: ['mail-health'],
  queryFn: async ({ signal }): Promise<MailTrouble> => {
    const response = await fetch('/health/ready', { signal, credentials: 'omit' });
    // Kept from browsers by a proxy, or not ready itself: then every page says so, and this knows nothing.
    if (!response.ok) return null;
    return troubleOf(await response.json());
  },
  refetchInterval: ASK_AGAIN_MILLISECONDS,
  staleTime: ASK_AGAIN_MILLISECONDS / 2,
  retry: false,
});

export function troubleOf({ queue, mail }: Readiness): MailTrouble {
  if (mail?.stoppedAt) return { kind: 'stopped', since: mail.stoppedAt };
  if (queue?.state === 'degraded') return { kind: 'unattended' };
  return mail?.state === 'degraded' ? { kind: 'slow' } : null;
}
