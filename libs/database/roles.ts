/** Group roles of the cluster: no login, nothing inherited; processes take one by SET LOCAL ROLE. */
export const DATABASE_ROLES = [
  'latchkey_owner',
  'latchkey_api',
  'latchkey_worker',
  'latchkey_queue',
  'latchkey_audit',
  'latchkey_door',
] as const;

/** What a running process may act as. */
export type DatabaseRole = 'latchkey_api' | 'latchkey_worker';
