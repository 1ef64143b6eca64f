import { AuditReader, AuditTrail } from '#audit';
import { ListAuditEvents } from '#contract';
import { Database } from '#database';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { asAuditor, type TrailOptions } from './with-trails.js';

export interface AuditSearchOptions extends TrailOptions {
  event?: string;
  request?: string;
  person?: string;
  action?: string;
  outcome?: string;
  address?: string;
  from?: string;
  to?: string;
  limit: number;
}

/** Prints the newest events that match, of one practice or of each; every practice's trail says that it was searched. */
export async function auditSearch(options: AuditSearchOptions): Promise<void> {
  const { event: id, request: requestId, person: personId, address: sourceAddress } = options;
  const { action, outcome, from, to, limit } = options;
  const asked = { id, requestId, personId, sourceAddress, action, outcome, from, to };
  const given = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const query = ListAuditEvents.safeParse({ ...given, limit: String(limit) });
  if (!query.success) {
    throw new UsageError(
      query.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
    );
  }
  await asAuditor(options, async ({ actor, product, practices }) => {
    const [database, trail, reader] = [
      product.get(Database),
      product.get(AuditTrail),
      product.get(AuditReader),
    ];
    for (const { id, code } of practices) {
      const found = await database.inPractice(id, () => reader.list(query.data, null));
      // After it, since a search seals: each transaction calls the chain once. Nothing is shown before it is noted.
      await database.inPractice(id, async () => {
        trail.record({ action: 'audit.searched', actor, changes: { filters: Object.keys(given).sort() } });
      });
      for (const event of found.slice(0, limit))
        shell().stdout.write(`${JSON.stringify({ practiceId: code, ...event })}
`);
    }
  });
}
