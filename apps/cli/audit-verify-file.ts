import { existsSync, readFileSync } from 'node:fs';
import { checkOffline, faultWords, type Verdict } from '#audit';
import { byteLines } from './byte-lines.js';
import { UsageError } from './usage-error.js';

export interface AuditVerifyFileOptions {
  key?: string;
  anchor?: string;
  practice?: string;
  json?: boolean;
}

/** Checks an export or a proof with nothing but files; status 1 when it is not intact. */
export async function auditVerifyFile(file: string, options: AuditVerifyFileOptions): Promise<void> {
  if (options.practice)
    throw new UsageError('--practice is for a running installation: the file names its own');
  for (const name of [file, options.key, options.anchor]) {
    if (name !== undefined && !existsSync(name)) throw new UsageError(`There is no file ${name}`);
  }
  const verdict = await checkOffline({
    file: byteLines(file),
    publicKey: options.key === undefined ? null : readFileSync(options.key, 'utf8'),
    anchors: options.anchor === undefined ? null : byteLines(options.anchor),
  });
  if (options.key === undefined) {
    process.stderr.write(
      `Checked with the key that the file itself names, of ${verdict.installation}: whoever wrote the file anew may have written that, too. Use --key.\n`,
    );
  }
  process.stdout.write(options.json ? `${JSON.stringify(verdict)}\n` : `${wordsOf(verdict)}\n`);
  if (!verdict.intact) process.exitCode = 1;
}

function wordsOf({ intact, practice, entries, signed, anchored, fault }: Verdict): string {
  const subject = practice === null ? 'The file' : `The trail of practice ${practice}`;
  if (!intact) return `${subject} is NOT intact.${fault ? ` ${faultWords(fault)}` : ''}`;
  const reach = anchored === null ? 'no anchor was given' : `anchored up to ${anchored}`;
  return `${subject} is intact: ${entries} entries, signed up to ${signed}, ${reach}.`;
}
