import { Inject, Injectable } from '@nestjs/common';
import { Config, type LimitState, Problem } from '#runtime';
import { networkOf } from './network.js';
import { RequestCounts } from './request-counts.js';

interface Limit {
  readonly windowSeconds: number;
  /** Per IPv4 address or IPv6 /64. */
  readonly address: number;
  /** Per practice aimed at, whether it exists or not. */
  readonly practice?: number;
  /** All strangers of the installation together. */
  readonly everybody: number;
}

/**
 * What anybody may ask at `RATE_LIMIT_FACTOR` 1. Sign-ins count failures only, of strangers only; the rest
 * counts requests, since nothing may tell there which of them succeeded. A practice's limit is above an
 * address's, so that one address alone cannot close a practice to its own people's new devices.
 */
export const REQUEST_LIMITS = {
  'sign-in-failures': { windowSeconds: 600, address: 1_000, practice: 3_000, everybody: 30_000 },
  'reset-questions': { windowSeconds: 600, address: 3_000, everybody: 60_000 },
  'reset-answers': { windowSeconds: 600, address: 1_000, everybody: 30_000 },
  'practice-openings': { windowSeconds: 3_600, address: 300, everybody: 3_000 },
} as const satisfies Record<string, Limit>;
export type RequestLimitName = keyof typeof REQUEST_LIMITS;

/** From where, and at which practice; who marks a device as known is not counted with everybody. */
export interface Asking {
  address: string;
  practiceCode?: string;
  knownDevice: boolean;
}

interface Counter {
  subject: readonly string[];
  quota: number;
}

/** Bounds how much anybody may ask, by address, by practice and altogether. */
@Injectable()
export class RequestLimits {
  readonly #factor: number;

  constructor(
    @Inject(RequestCounts) private readonly counts: RequestCounts,
    @Inject(Config) config: Config,
  ) {
    this.#factor = config.values.RATE_LIMIT_FACTOR;
  }

  /** Why not now, or null. What this process believes is confirmed before it refuses. */
  async refusal(name: RequestLimitName, asking: Asking): Promise<Problem | null> {
    if (!this.#full(name, asking)) return null;
    await this.counts.confirm();
    const full = this.#full(name, asking);
    return (
      full &&
      Problem.of('too_many_attempts')
        .retryAfter(full.resetSeconds ?? 1)
        .limitedBy(full)
    );
  }

  /** Counts one, and tells where that leaves the address: what others do is not told. */
  count(name: RequestLimitName, asking: Asking): LimitState {
    const { windowSeconds } = REQUEST_LIMITS[name];
    const counters = this.#counters(name, asking);
    for (const { subject } of counters) this.counts.add(subject, windowSeconds);
    return this.#state(name, counters[0] as Counter);
  }

  #full(name: RequestLimitName, asking: Asking): LimitState | null {
    const full = this.#counters(name, asking)
      .map((counter) => this.#state(name, counter))
      .find(({ remaining }) => remaining === 0);
    return full ?? null;
  }

  #counters(name: RequestLimitName, { address, practiceCode, knownDevice }: Asking): Counter[] {
    const limit: Limit = REQUEST_LIMITS[name];
    const counters: Counter[] = [{ subject: [name, 'address', networkOf(address)], quota: limit.address }];
    if (limit.practice !== undefined && practiceCode !== undefined) {
      counters.push({ subject: [name, 'practice', practiceCode], quota: limit.practice });
    }
    if (!knownDevice) counters.push({ subject: [name, 'everybody'], quota: limit.everybody });
    return counters.map(({ subject, quota }) => ({
      subject,
      quota: Math.max(1, Math.floor(quota * this.#factor)),
    }));
  }

  #state(name: RequestLimitName, { subject, quota }: Counter): LimitState {
    const { windowSeconds } = REQUEST_LIMITS[name];
    const { count, endsInSeconds } = this.counts.of(subject, windowSeconds);
    return {
      name,
      quota,
      windowSeconds,
      remaining: Math.max(0, quota - count),
      resetSeconds: endsInSeconds,
    };
  }
}
