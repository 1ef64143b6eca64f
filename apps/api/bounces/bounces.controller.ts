import { Body, Controller, Headers, Inject, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiHeader, ApiTags } from '@nestjs/swagger';
import { Bounces } from '#bounces';
import { Config, Problem } from '#runtime';
import { isSameText } from '#secrets';
import { Public, ReturnsNothing } from '../http/route.decorators.js';

/** For mail servers and mail services that hand on returned mail by HTTP; only where `BOUNCE_TOKEN` is set. */
@ApiTags('operations')
@Controller('mail/bounces')
export class BouncesController {
  constructor(
    @Inject(Bounces) private readonly bounces: Bounces,
    @Inject(Config) private readonly config: Config,
  ) {}

  @Post()
  @Public()
  @ApiHeader({ name: 'Authorization', description: 'Bearer, and the BOUNCE_TOKEN' })
  @ApiConsumes('message/rfc822')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ReturnsNothing(
    'Take a mail that came back, as it came. The answer does not tell whether it meant anything.',
  )
  async take(
    @Headers('authorization') authorization: string | undefined,
    @Body() raw: unknown,
  ): Promise<void> {
    const token = this.config.values.BOUNCE_TOKEN;
    if (!token) throw Problem.of('not_found');
    if (!isSameText(authorization ?? '', `Bearer ${token}`)) throw Problem.of('unauthenticated');
    if (!Buffer.isBuffer(raw)) throw Problem.of('unsupported_media_type');
    await this.bounces.take(raw, null);
  }
}
