/** What the doctor looks at, in this order. */
export const CHECKS = {
  configuration: 'Every variable follows its rule, and they go together.',
  keys: 'LATCHKEY_KEYS is there and opens what is stored.',
  disk: 'There is room under DATA_DIR.',
  database: 'PostgreSQL answers, is new enough, and tells the same time.',
  schema: 'Every migration has run.',
  roles: 'Roles, grants and row-level security are as migrations make them.',
  queue: 'The server of the queue answers, and keeps what it is given.',
  mail: 'Each mail server lets us in.',
  worker: 'A worker gives signs of life.',
  anchors: 'The audit trail is anchored outside.',
} as const;

/** One line of what the doctor says; `next` is what to do about it. */
export interface Finding {
  check: keyof typeof CHECKS;
  state: 'ok' | 'warning' | 'fault';
  detail: string;
  next: string | null;
}

type Kind = Finding['check'];

export const ok = (check: Kind, detail: string): Finding => ({ check, state: 'ok', detail, next: null });
export const warning = (check: Kind, detail: string, next: string): Finding => ({
  check,
  state: 'warning',
  detail,
  next,
});
export const fault = (check: Kind, detail: string, next: string): Finding => ({
  check,
  state: 'fault',
  detail,
  next,
});

/** The first line of an error: drivers put their parameters into those that follow. */
export function wordsOf(error: unknown): string {
  const { message = '', code = '', name = '' } = error as { message?: string; code?: string; name?: string };
  return ((message || code || name).split('\n', 1)[0] ?? '').slice(0, 300);
}
