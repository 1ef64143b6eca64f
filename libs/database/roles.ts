/** Group roles of the cluster: no login, nothing inherited; processes take one by SET LOCAL ROLE. */
export const DATABASE_ROLES = [
  'latchkey_owner',
  'latchkey_api',
  'latchkey_worker',
  'latchkey_queue',
  'latchkey_audit',
  'latchkey_door',
  'latchkey_auditor',
  'latchkey_archivist',
] as const;

/** What a process may act as: API and worker as they run, the others for one command. */
export type DatabaseRole = 'latchkey_api' | 'latchkey_worker' | 'latchkey_auditor' | 'latchkey_archivist';
