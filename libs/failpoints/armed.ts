import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Failpoint } from './names.js';

export { FAILPOINTS, type Failpoint } from './names.js';

/* oxlint-disable node/no-process-env -- no setting of the product: only processes of a test come here */
if (process.env['NODE_ENV'] === 'production') throw new Error('Failpoints are for tests, not for production');
const folder = process.env['LATCHKEY_FAILPOINTS'];

/** The step's fault, once: a file of the step's name in the folder says `kill`, `stop` or `throw`. */
export function failpoint(step: Failpoint): void {
  const fault = folder && taken(join(folder, step));
  if (fault === 'kill') process.kill(process.pid, 'SIGKILL');
  if (fault === 'stop') process.kill(process.pid, 'SIGSTOP');
  if (fault === 'throw') throw new Error(`The failpoint ${step} was armed`);
}

/** What the file says, for the one process that takes it away. */
function taken(file: string): string | null {
  try {
    renameSync(file, `${file}.met`);
    return readFileSync(`${file}.met`, 'utf8').trim();
  } catch {
    return null;
  }
}
