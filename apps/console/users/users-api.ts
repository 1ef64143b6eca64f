import { queryOptions } from '@tanstack/react-query';
import type { AddUser, ListUsers, ResetView, UpdateUser, UserView } from '#contract';
import { type CallOptions, call, callTagged, type Page } from '../api/client.js';

/** Too many is said of the mails that a person has been sent, not of what the administrator tried. */
export const MAILBOX_FULL = { too_many_attempts: 'mailboxFull' };

/** A page of users, by username. */
export const usersQuery = (query: Partial<ListUsers>) =>
  queryOptions({
    queryKey: ['users', query],
    queryFn: ({ signal }) => call<Page<UserView>>('GET', '/users', { query, signal }),
  });

/** One user with the tag that a change must name. */
export const readUser = (id: string, options: CallOptions = {}) =>
  callTagged<UserView>('GET', `/users/${encodeURIComponent(id)}`, options);

export const userQuery = (id: string) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: ({ signal }) => readUser(id, { signal }),
    staleTime: 60_000,
  });

export const addUser = (body: AddUser, onceAs: string) => call<UserView>('POST', '/users', { body, onceAs });

export const updateUser = (id: string, body: UpdateUser, basedOn: string | null = null) =>
  callTagged<UserView>('PATCH', `/users/${id}`, { body, basedOn });

export const resetPassword = (id: string, lockNow: boolean, onceAs: string) =>
  call<ResetView>('POST', `/users/${id}/password-reset`, { body: { lockNow }, onceAs });

export const sendWelcome = (id: string, onceAs: string) =>
  call<{ deliveryId: string }>('POST', `/users/${id}/welcome-email`, { onceAs });

export const signOutEverywhere = (id: string) => call<void>('DELETE', `/users/${id}/sessions`);

export const eraseUser = (id: string, onceAs: string) =>
  call<void>('POST', `/users/${id}/erasure`, { body: {}, onceAs });
