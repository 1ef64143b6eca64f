import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';

interface Usage {
  processes: number;
  /** Proportional set size: shared pages counted once over all that share them. */
  pssMegabytes: number;
  cpuSeconds: number;
}
interface ProcessFact {
  pid: number;
  parent: number;
  cpuTicks: number;
  commandLine: string;
}

const ticksPerSecond = 100;

function readProcess(pid: number): ProcessFact | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The command name, in brackets, may hold spaces: the numbers start after the last bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
    // Its own time and that of its children that have ended (a closed connection is an ended database process).
    const cpuTicks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { pid, parent: Number(fields[1]), cpuTicks, commandLine };
  } catch {
    return undefined; // it ended in the meantime
  }
}

function pssKilobytes(pid: number): number {
  try {
    return Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/**
 * Memory and CPU time of a program's whole process tree: `pid`, the database server on `dataDir` (which may have been
 * started by somebody else, so it is found by its command line), and all their descendants. Linux only.
 */
export function usageOf(pid: number, dataDir: string): Usage {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(Number(name)) ?? []);
  const members = new Set(
    all.filter((fact) => fact.pid === pid || fact.commandLine.includes(dataDir)).map((fact) => fact.pid),
  );
  for (let before = 0; before !== members.size; ) {
    before = members.size;
    for (const fact of all) if (members.has(fact.parent)) members.add(fact.pid);
  }
  const ticks = all.reduce((sum, fact) => sum + (members.has(fact.pid) ? fact.cpuTicks : 0), 0);
  const pss = [...members].reduce((sum, member) => sum + pssKilobytes(member), 0);
  return { processes: members.size, pssMegabytes: pss / 1024, cpuSeconds: ticks / ticksPerSecond };
}

/** CPU seconds that the whole machine has spent busy, and that all its cores had, since it was started. */
export function machineCpu(): { busySeconds: number; seconds: number } {
  const times = cpus().map((core) => core.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busySeconds: (all - idle) / 1000, seconds: all / 1000 };
}
