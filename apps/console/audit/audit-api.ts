import { queryOptions } from '@tanstack/react-query';
import type { AuditEventView, ListAuditEvents } from '#contract';
import { call, type Page } from '../api/client.js';

export interface Verification {
  intact: boolean;
  events: number;
  head: string;
}

/** A page of the trail, newest first. */
export const auditQuery = (query: Partial<ListAuditEvents>) =>
  queryOptions({
    queryKey: ['audit', query],
    queryFn: ({ signal }) => call<Page<AuditEventView>>('GET', '/audit-events', { query, signal }),
  });

/** Walks the whole chain: asked for, never done by itself. */
export const verify = () => call<Verification>('GET', '/audit-events/verification', { attended: true });
