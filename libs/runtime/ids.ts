import { randomUUIDv7 } from 'node:crypto';

/** A new UUIDv7 (RFC 9562 §5.7): made here and not in the database, so that PostgreSQL 15 serves. */
export const newId = (): string => randomUUIDv7();

/** Sorts before every real id and names no practice: where work for an unknown practice is done. */
export const NIL_ID = '00000000-0000-0000-0000-000000000000';
