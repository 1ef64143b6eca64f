import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import * as z from 'zod';
import { Timestamp } from '#contract';
import { Database } from '#database';
import { MailPulse } from '#delivery';
import { Logger, safeError } from '#runtime';
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
});
type ReadyView = z.infer<typeof ReadyView>;

const UNAVAILABLE: ReadyView = {
  status: 'unavailable',
  database: { state: 'unavailable' },
  queue: { state: 'unavailable' },
  mail: { state: 'unavailable', routes: [], stoppedAt: null },
};

@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(MailPulse) private readonly pulse: MailPulse,
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
      const pulse = await this.database.outsidePractice(() => this.pulse.read());
      const queue = { state: pulse.workerAlive ? ('ok' as const) : ('degraded' as const) };
      const mail = {
        state: pulse.state === 'normal' ? ('ok' as const) : ('degraded' as const),
        routes: pulse.routes.map((state) => ({ state })),
        stoppedAt: pulse.stoppedAt?.toISOString() ?? null,
      };
      const status = queue.state === 'ok' && mail.state === 'ok' ? 'ok' : 'degraded';
      return { status, database: { state: 'ok' }, queue, mail };
    } catch (error) {
      this.log.warn({ err: safeError(error) }, 'not ready: the database does not answer');
      void reply.status(503);
      return UNAVAILABLE;
    }
  }
}
