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
  for (const [index, file] of files.entries()) {
    const anchors = options.anchor === undefined ? null : byteLines(options.anchor);
    const followed = index < files.length - 1;
    const verdict = await checkOffline({ file: byteLines(file), publicKey, anchors, followed });
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
    const words = `${wordsOf(verdict)}${unreadableOf(verdict)}`;
    shell().stdout.write(`${options.json ? JSON.stringify(shown(verdict)) : words}\n`);
  }
  if (verdicts.some(({ intact }) => !intact)) shell().status = 1;
}

/** Places by their numbers: what stands there only the next file needs. */
function shown({ after, end, ...told }: Verdict) {
  return { ...told, after: after?.seq ?? 0, to: end?.seq ?? null };
}

function wordsOf(verdict: Verdict): string {
  const { intact, practice, entries, signed, fault, after, archive } = verdict;
  const subject = practice === null ? 'The file' : `The trail of practice ${practice}`;
  if (!intact) return `${subject} is NOT intact.${fault ? ` ${faultWords(fault)}` : ''}`;
  const first = (after?.seq ?? 0) + 1;
  const place = first > 1 ? ` after entry ${first - 1}, which stands in an archive` : '';
  const words = `${subject} is intact${place}: ${entries} entries, signed up to ${signed}, ${reachOf(verdict)}.`;
  // Whoever is shown an archive alone is told that it is not the trail.
  return archive ? `${words} The archive covers entries ${first} to ${first + entries - 1}.` : words;
}

function unreadableOf({ anchors: { unreadable } }: Verdict): string {
  if (unreadable.length === 0) return '';
  return ` Nobody can read line ${unreadable.join(', ')} of the anchors: what it said was not compared.`;
}

/** Never more than was compared: an anchor may speak of entries that the file does not hold. */
function reachOf({ anchored, anchors: { given, compared, reach } }: Verdict): string {
  if (given === 0) return 'no anchor was given';
  const upTo = anchored === null ? 'anchored by none' : `anchored up to ${anchored}`;
  return compared === given
    ? upTo
    : `${upTo}: compared with ${compared} of ${given} anchors, which reach up to ${reach}`;
}
