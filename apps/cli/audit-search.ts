import { AuditReader, AuditTrail } from '#audit';
import { ListAuditEvents } from '#contract';
import { Database } from '#database';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { asAuditor, type TrailOptions } from './with-trails.js';

export interface AuditSearchOptions extends TrailOptions {
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
  const { person: personId, address: sourceAddress, action, outcome, from, to, limit } = options;
  const asked = { personId, sourceAddress, action, outcome, from, to };
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
      const events = await database.inPractice(id, async () => {
        const found = await reader.list(query.data, null);
        trail.record({ action: 'audit.searched', actor, changes: { filters: Object.keys(given).sort() } });
        return found.slice(0, limit);
      });
      for (const event of events) shell().stdout.write(`${JSON.stringify({ practiceId: code, ...event })}\n`);
    }
  });
}
