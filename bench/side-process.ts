import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

type Reply = { id: number; value: unknown } | { id: number; failure: string };

/** A program of this folder that runs in its own process and answers questions over IPC. */
export class SideProcess {
  private readonly child: ChildProcess;
  private readonly open = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private lastId = 0;

  constructor(module: string) {
    const path = fileURLToPath(new URL(module, import.meta.url));
    this.child = fork(path, { serialization: 'advanced', stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (reply: Reply) => {
      const asked = this.open.get(reply.id);
      this.open.delete(reply.id);
      if ('failure' in reply) asked?.reject(new Error(`${module}: ${reply.failure}`));
      else asked?.resolve(reply.value);
    });
    this.child.on('exit', (code) => {
      for (const asked of this.open.values()) asked.reject(new Error(`${module} ended with status ${code}`));
      this.open.clear();
    });
  }

  async ask<Answer>(question: unknown): Promise<Answer> {
    const id = ++this.lastId;
    const answer = new Promise<unknown>((resolve, reject) => this.open.set(id, { resolve, reject }));
    this.child.send({ id, question });
    return (await answer) as Answer;
  }

  stop(): void {
    if (this.child.connected) this.child.disconnect();
  }
}

/** The other end: answers every question of the parent, and ends when the parent lets go. */
export function answerParent(answer: (question: never) => unknown): void {
  async function reply(id: number, question: unknown): Promise<Reply> {
    try {
      return { id, value: await answer(question as never) };
    } catch (error) {
      return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
  }
  process.on('message', ({ id, question }: { id: number; question: unknown }) => {
    void reply(id, question).then((answered) => process.send?.(answered));
  });
  process.on('disconnect', () => process.exit(0));
}

/** Milliseconds of the machine's monotonic clock, comparable between the processes of one run. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
