import { Controller, Get, Inject } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { OverviewView } from '#contract';
import { Overview } from '#recovery';
import type { Principal } from '#users';
import { Caller } from '../http/caller.js';
import { Requires, Returns } from '../http/route.decorators.js';

@ApiTags('password resets')
@Controller('api/v1/overview')
export class OverviewController {
  constructor(@Inject(Overview) private readonly overview: Overview) {}

  @Get()
  @Requires('reset-log:read')
  @Returns(200, OverviewView, 'Resets and their mail by day for thirty days, and users by status.')
  read(@Caller() caller: Principal): Promise<OverviewView> {
    return this.overview.read(caller.rights.reach('reset-log:read'));
  }
}
