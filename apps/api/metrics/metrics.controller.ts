import { Controller, Get, Inject, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { InstallationFigures } from '#delivery';
import type { Reply } from '../http/caller.js';
import { Public, ReturnsStream } from '../http/route.decorators.js';
import { expose } from './exposition.js';
import { ProcessMetrics } from './process-metrics.js';
import { ScraperGuard } from './scraper.guard.js';

const MEDIA_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

@ApiTags('operations')
@Controller('metrics')
@UseGuards(ScraperGuard)
export class MetricsController {
  constructor(
    @Inject(InstallationFigures) private readonly figures: InstallationFigures,
    @Inject(ProcessMetrics) private readonly process: ProcessMetrics,
  ) {}

  @Get()
  @Public()
  @ReturnsStream(
    ['text/plain'],
    'Figures for Prometheus: of the installation, the same from every node, and of this process.',
  )
  async metrics(@Res({ passthrough: true }) reply: Reply): Promise<string> {
    void reply.header('content-type', MEDIA_TYPE).header('cache-control', 'no-store');
    return `${expose(await this.figures.read())}\n${await this.process.text()}`;
  }
}
