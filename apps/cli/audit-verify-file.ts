import { existsSync, readFileSync } from 'node:fs';
import { checkOffline, faultWords, seam, type Verdict } from '#audit';
import { byteLines } from './byte-lines.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';

export interface AuditVerifyFileOptions {
  key?: string;
  anchor?: string;
  practice?: string;
  json?: boolean;
}

/** Checks exports, archives or a proof with nothing but files; status 1 when one is not intact or they do not join. */
export async function auditVerifyFiles(
  files: readonly string[],
  options: AuditVerifyFileOptions,
): Promise<void> {
  if (options.practice)
    throw new UsageError('--practice is for a running installation: the file names its own');
  for (const name of [...files, options.key, options.anchor]) {
    if (name !== undefined && !existsSync(name)) throw new UsageError(`There is no file ${name}`);
  }
  const publicKey = options.key === undefined ? null : readFileSync(options.key, 'utf8');
  const verdicts: Verdict[] = [];
  for (const file of files) {
    const anchors = options.anchor === undefined ? null : byteLines(options.anchor);
    const verdict = await checkOffline({ file: byteLines(file), publicKey, anchors });
    const before = verdicts.at(-1);
    const fault = verdict.fault ?? (before ? seam(before, verdict) : null);
    verdicts.push({ ...verdict, intact: fault === null, fault });
  }
  if (options.key === undefined) {
    shell().stderr.write(
      `Checked with the key that the file itself names, of ${verdicts[0]?.installation}: whoever wrote the file anew may have written that, too. Use --key.\n`,
    );
  }
  for (const verdict of verdicts) {
    shell().stdout.write(options.json ? `${JSON.stringify(shown(verdict))}\n` : `${wordsOf(verdict)}\n`);
  }
  if (verdicts.some(({ intact }) => !intact)) shell().status = 1;
}

/** Without what only the next file needs. */
function shown({ practice, installation, intact, entries, signed, anchored, fault, after }: Verdict) {
  return { intact, practice, installation, entries, signed, anchored, fault, after: after?.seq ?? 0 };
}

function wordsOf({ intact, practice, entries, signed, anchored, fault, after }: Verdict): string {
  const subject = practice === null ? 'The file' : `The trail of practice ${practice}`;
  if (!intact) return `${subject} is NOT intact.${fault ? ` ${faultWords(fault)}` : ''}`;
  const reach = anchored === null ? 'no anchor was given' : `anchored up to ${anchored}`;
  const place = after && after.seq > 0 ? ` after entry ${after.seq}, which stands in an archive` : '';
  return `${subject} is intact${place}: ${entries} entries, signed up to ${signed}, ${reach}.`;
}
