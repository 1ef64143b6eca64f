import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Config, Logger, safeError } from '#runtime';
import { sha256 } from '#secrets';
import { HttpSink } from './http-sink.js';
import type { Sink } from './sink.js';
import { SinkLedger } from './sink-ledger.js';
import { SinkStream } from './sink-stream.js';
import { SyslogSink } from './syslog-sink.js';
import { TrailWindows } from './trail-windows.js';

const RETIRE_EVERY_MS = 60_000;
const ONLY_NEWS = 'from';

/** The worker's streams, one for each of `AUDIT_SINKS`. Any number of workers: one at a time streams to a sink. */
@Injectable()
export class SinkStreams implements BeforeApplicationShutdown {
  #streams: SinkStream[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(SinkLedger) private readonly ledger: SinkLedger,
    @Inject(TrailWindows) private readonly windows: TrailWindows,
    @Inject(Config) private readonly config: Config,
    @Inject(Logger) private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    for (const address of new Set(this.config.values.AUDIT_SINKS)) {
      const url = new URL(address);
      const onlyNews = url.searchParams.get(ONLY_NEWS) === 'now';
      url.searchParams.delete(ONLY_NEWS);
      // Where to begin is no part of which sink it is.
      const name = sha256(Buffer.from(url.href)).toString('hex');
      await this.ledger.join(name, onlyNews);
      const shown = `${url.protocol}//${url.host}`;
      const { ledger, windows, log } = this;
      this.#streams.push(new SinkStream({ name, shown, sink: this.#open(url), ledger, windows, log }));
    }
    for (const stream of this.#streams) stream.start();
    this.#timer = setInterval(() => {
      this.ledger
        .retire()
        .catch((error: unknown) =>
          this.log.warn({ err: safeError(error) }, 'audit sinks were not looked after'),
        );
    }, RETIRE_EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#streams.map((stream) => stream.stop()));
    this.#streams = [];
  }

  #open(url: URL): Sink {
    const { AUDIT_SINK_TOKEN: token, AUDIT_SINK_CA: authorities } = this.config.values;
    if (url.protocol.startsWith('http')) return new HttpSink(url, { token, authorities });
    return new SyslogSink(url, authorities);
  }
}
