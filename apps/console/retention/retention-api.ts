import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { AuditRetentionView } from '#contract';
import { call } from '../api/client.js';

const PATH = '/audit-retention';

export const retentionQuery = queryOptions({
  queryKey: ['audit-retention'],
  queryFn: ({ signal }) => call<AuditRetentionView>('GET', PATH, { signal }),
});

/** What an administrator can decide about how the trail is kept. */
export type Decision =
  | { what: 'keep'; years: number }
  | { what: 'confirm'; years: number }
  | { what: 'stop' }
  | { what: 'hold'; reason: string }
  | { what: 'ask-lifting' }
  | { what: 'lift' };

export function decide(decision: Decision): Promise<AuditRetentionView> {
  switch (decision.what) {
    case 'keep':
      return call('PATCH', PATH, { body: { years: decision.years } });
    case 'confirm':
      return call('POST', `${PATH}/confirmation`, { body: { years: decision.years } });
    case 'stop':
      return call('DELETE', `${PATH}/request`);
    case 'hold':
      return call('PUT', `${PATH}/hold`, { body: { reason: decision.reason } });
    case 'ask-lifting':
      return call('POST', `${PATH}/hold/lifting`);
    default:
      return call('POST', `${PATH}/hold/lifting/confirmation`);
  }
}

/** Each answers with the whole as it is afterwards; a refusal says that it was not as it was read. */
export function useDecide() {
  const queryClient = useQueryClient();
  const { queryKey } = retentionQuery;
  return useMutation({
    mutationFn: decide,
    onSuccess: (answer) => queryClient.setQueryData(queryKey, answer),
    onError: () => queryClient.invalidateQueries({ queryKey }),
  });
}
