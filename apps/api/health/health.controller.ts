import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import * as z from 'zod';
import { Timestamp } from '#contract';
import { Database } from '#database';
import { MailPulse } from '#mail';
import { Logger, safeError } from '#runtime';
import { SinkPulse } from '#siem';
import type { Reply } from '../http/caller.js';
import { Public, Returns } from '../http/route.decorators.js';

const Part = z.object({ state: z.enum(['ok', 'degraded', 'unavailable']) });
const MailPart = Part.extend({
  /** In the order of `SMTP_URL`; the servers themselves are nobody's business here. */
  routes: z.array(Part),
  /** Since when no mail server can be reached at all. */
  stoppedAt: Timestamp.nullable(),
});
const LiveView = z.object({ status: z.literal('ok') });
const ReadyView = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  database: Part,
  queue: Part,
  mail: MailPart,
  auditSinks: Part.extend({
    behind: z
      .int()
      .describe(
        'Events that sinks have not taken yet, as a power of ten that is not above their number; 0 for under a thousand',
      ),
  }),
});
type ReadyView = z.infer<typeof ReadyView>;

const UNAVAILABLE: ReadyView = {
  status: 'unavailable',
  database: { state: 'unavailable' },
  queue: { state: 'unavailable' },
  mail: { state: 'unavailable', routes: [], stoppedAt: null },
  auditSinks: { state: 'unavailable', behind: 0 },
};

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MailPulse) private readonly pulse: MailPulse,
    @Inject(SinkPulse) private readonly sinks: SinkPulse,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  @Get('live')
  @Public()
  @Returns(200, LiveView, 'The process runs.')
  live() {
    return { status: 'ok' as const };
  }

  @Get('ready')
  @Public()
  @Returns(
    200,
    ReadyView,
    'The process can do its part: 503 without its database; without mail it still accepts, so degraded.',
  )
  async ready(@Res({ passthrough: true }) reply: Reply): Promise<ReadyView> {
    try {
      const [pulse, { troubled, behind }] = await this.database.outsidePractice(() =>
        Promise.all([this.pulse.read(), this.sinks.read()]),
      );
      const queue = part(pulse.workerAlive);
      const mail = {
        ...part(pulse.state === 'normal'),
        routes: pulse.routes.map((state) => ({ state })),
        stoppedAt: pulse.stoppedAt?.toISOString() ?? null,
      };
      const auditSinks = { ...part(!troubled), behind };
      const status = part([queue, mail, auditSinks].every(({ state }) => state === 'ok')).state;
      return { status, database: { state: 'ok' }, queue, mail, auditSinks };
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'not ready: the database does not answer');
      void reply.status(503);
      return UNAVAILABLE;
    }
  }
}

const part = (well: boolean) => ({ state: well ? ('ok' as const) : ('degraded' as const) });
