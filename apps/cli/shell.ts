import { AsyncLocalStorage } from 'node:async_hooks';
import type { Writable } from 'node:stream';

/** What a command has of whoever typed it: the process's own, or that of a program which runs commands in itself. */
export interface Shell {
  env: NodeJS.ProcessEnv;
  /** All that was given on standard input. */
  stdin: () => Buffer;
  stdout: Writable;
  stderr: Writable & { isTTY?: boolean };
}

/** A shell in use, and the status that its command has set so far. */
interface ShellInUse extends Shell {
  status?: number;
}

const inUse = new AsyncLocalStorage<ShellInUse>();

/** The shell of the command that runs. Ambient, as `process` would be. @throws Error outside of a command */
export function shell(): ShellInUse {
  const current = inUse.getStore();
  if (!current) throw new Error('Only a command has a shell');
  return current;
}

/** Runs a command in a shell; returns the status that it ends with. */
export async function inShell(given: Shell, command: () => Promise<number>): Promise<number> {
  const current: ShellInUse = { ...given };
  return inUse.run(current, async () => (await command()) || (current.status ?? 0));
}
