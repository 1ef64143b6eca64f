import { Writable } from 'node:stream';
import { runCommand } from '../../apps/cli/commands.js';

export interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs `latchkey ...args` in this process, which costs a tenth of starting one. What only a process shows (its exit,
 * signals, what it leaves open) is asked of `run` in processes.ts, once or twice for each family of commands.
 */
export async function runHere(
  args: readonly string[],
  env: Record<string, string> = {},
  input = '',
): Promise<Ended> {
  const [stdout, stderr] = [gathering(), gathering()];
  const status = await runCommand(args, { env, stdin: () => Buffer.from(input), stdout, stderr });
  return { status, stdout: stdout.text(), stderr: stderr.text() };
}

function gathering(): Writable & { text: () => string } {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  return Object.assign(stream, { text: () => Buffer.concat(chunks).toString() });
}
