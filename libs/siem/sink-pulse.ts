import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';

/** Below this many, how far behind is nobody's business: one event more would tell a stranger that a name exists. */
const NOT_TOLD = 1_000;

export interface SinksPulse {
  /** How many events the sinks have not taken yet: a power of ten that is not above it, or 0 for a few. */
  behind: number;
  /** A sink does not take events, or no worker streams to it. */
  troubled: boolean;
}

/** How streaming goes, for the whole installation, in terms that anybody may read. */
@Injectable()
export class SinkPulse {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Inside any unit of work. */
  async read(): Promise<SinksPulse> {
    const [row] = await this.database.sql<{ behind: string; troubled: boolean }>(
      'select behind, troubled from audit_sink_pulse()',
    );
    const behind = Number(row?.behind ?? 0);
    const told = behind < NOT_TOLD ? 0 : 10 ** Math.floor(Math.log10(behind));
    return { behind: told, troubled: row?.troubled ?? false };
  }
}
