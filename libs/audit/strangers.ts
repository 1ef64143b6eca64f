const UNKNOWN = 'unknown';

/**
 * Whom a refusal counts against when nobody has the name: one of 4,096 rows, by a keyed digest of what was
 * typed. One row would be waited for under a flood, and by unknown names only; a row for each name would let
 * strangers fill the table.
 */
export const nobody = (digest: Buffer): string => `${UNKNOWN}:${digest.toString('hex', 0, 2).slice(1)}`;

/** All of these rows are one event a minute. Nothing else of an account is cut: a route has colons as well. */
export const TOGETHER = `regexp_replace(account, '^${UNKNOWN}:[0-9a-f]{3}', '${UNKNOWN}')`;
