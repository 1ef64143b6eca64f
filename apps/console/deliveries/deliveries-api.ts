import { queryOptions } from '@tanstack/react-query';
import type { DeliveryView, ListDeliveries } from '#contract';
import { call, type Page } from '../api/client.js';

/** A page of emails, newest first. */
export const deliveriesQuery = (query: Partial<ListDeliveries>) =>
  queryOptions({
    queryKey: ['deliveries', query],
    queryFn: ({ signal }) => call<Page<DeliveryView>>('GET', '/deliveries', { query, signal }),
  });

export const deliveryQuery = (id: string) =>
  queryOptions({
    queryKey: ['delivery', id],
    queryFn: ({ signal }) => call<DeliveryView>('GET', `/deliveries/${encodeURIComponent(id)}`, { signal }),
  });

export const retryDelivery = (id: string, onceAs: string) =>
  call<DeliveryView>('POST', `/deliveries/${id}/retry`, { onceAs });
