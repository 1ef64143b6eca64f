import { createWriteStream } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditExport } from '#audit';
import { type ActingOptions, whoActs } from './acting.js';
import { practiceOf } from './practice-of.js';
import { shell } from './shell.js';
import { withProduct } from './with-product.js';

export interface AuditExportOptions extends ActingOptions {
  practice: string;
  output?: string;
}

/** Hands a practice's trail to whoever has the machine; the trail itself says so. */
export async function auditExport(options: AuditExportOptions): Promise<void> {
  const { practice, output, json } = options;
  const head = await withProduct(async (product) => {
    const trail = product.get(AuditExport);
    const actor = await whoActs(product, options, 'auditor');
    const practiceId = await practiceOf(product, practice);
    const opened = await trail.open(practiceId, actor, { format: 'ndjson' });
    // A file that is there already is somebody's evidence.
    const target: Writable = output
      ? createWriteStream(output, { flags: 'wx', mode: 0o600 })
      : shell().stdout;
    await pipeline(Readable.from(trail.read(opened)), target, { end: output !== undefined });
    return opened.end;
  });
  if (output) {
    const words = `${output}: ${head.seq} events, head ${head.hash.toString('hex')}`;
    shell().stdout.write(
      json
        ? `${JSON.stringify({ file: output, events: head.seq, head: head.hash.toString('hex') })}\n`
        : `${words}\n`,
    );
  }
}
