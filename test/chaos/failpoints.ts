import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Failpoint } from '../../libs/failpoints/index.js';
import { until } from './patience.js';

/** Where faults are planted; every process that was started with this folder meets each once. */
export class ArmedFailpoints {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  arm(step: Failpoint, fault: 'kill' | 'stop' | 'throw' = 'kill'): void {
    rmSync(join(this.folder, `${step}.met`), { force: true });
    writeFileSync(join(this.folder, step), fault);
  }

  /** Resolves once a process has come to the step. */
  async met(step: Failpoint, seconds = 40): Promise<void> {
    const met = () => statSync(join(this.folder, `${step}.met`), { throwIfNoEntry: false }) !== undefined;
    await until(`a process comes to ${step}`, met, { seconds });
  }
}
