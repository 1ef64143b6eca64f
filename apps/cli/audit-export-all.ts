import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditExport } from '#audit';
import { shell } from './shell.js';
import { asAuditor, type TrailOptions } from './with-trails.js';

/** Writes every practice's trail to a file of its own in a new folder; each trail says so. */
export async function auditExportAll({
  output,
  ...options
}: TrailOptions & { output: string }): Promise<void> {
  const files = await asAuditor(options, async ({ actor, product, practices }) => {
    const trail = product.get(AuditExport);
    mkdirSync(output, { mode: 0o700 });
    const written = [];
    for (const { id, code } of practices) {
      const opened = await trail.open(id, actor, { format: 'ndjson' });
      const file = join(output, `${code}.ndjson`);
      await pipeline(
        Readable.from(trail.read(opened)),
        createWriteStream(file, { flags: 'wx', mode: 0o600 }),
      );
      written.push({ file, practiceId: code, events: opened.end.seq, head: opened.end.hash.toString('hex') });
    }
    return written;
  });
  const words = files.map(({ file, events, head }) => `${file}: ${events} events, head ${head}`).join('\n');
  shell().stdout.write(options.json ? `${JSON.stringify({ files })}\n` : `${words}\n`);
}
