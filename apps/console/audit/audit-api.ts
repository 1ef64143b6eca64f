import { queryOptions } from '@tanstack/react-query';
import type { AuditEventView, AuditVerificationView, ListAuditEvents } from '#contract';
import { call, type Page } from '../api/client.js';

/** A page of the trail, newest first. */
export const auditQuery = (query: Partial<ListAuditEvents>) =>
  queryOptions({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => call<Page<AuditEventView>>('GET', '/audit-events', { query, signal }),
  });

/** One event, for whoever was sent a link to it. What was recorded never changes. */
export const eventQuery = (id: string) =>
  queryOptions({
    queryKey: ['audit-event', id],
    queryFn: ({ signal }) =>
      call<AuditEventView>('GET', `/audit-events/${encodeURIComponent(id)}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Walks the whole chain: asked for, never done by itself. */
export const verify = () =>
  call<AuditVerificationView>('GET', '/audit-events/verification', { attended: true });
