import { foundAtRest } from './at-rest.js';
import { Clients } from './clients.js';
import type { Evidence } from './evidence.js';
import { History } from './history.js';
import type { Installation } from './installation.js';
import type { Violation } from './invariants/invariant.js';
import { violationsIn } from './invariants/violations.js';
import { Load } from './load.js';
import { probe } from './probes.js';
import { recordsOf } from './records.js';
import { Seeded } from './seeded.js';
import { settled } from './settle.js';
import { trailsOf } from './trails.js';
import { Watch } from './watch.js';

/** What a run has come to. */
export interface Judgement {
  evidence: Evidence;
  violations: Violation[];
  looks: number;
}

/** One installation under observation: clients, everything they asked, and the judgement at the end. */
export class Run {
  readonly history = new History();
  readonly clients: Clients;
  readonly seeded: Seeded;
  readonly #watch: Watch;

  constructor(
    readonly installation: Installation,
    seed: number,
  ) {
    this.seeded = new Seeded(seed);
    this.clients = new Clients(installation, this.history);
    this.#watch = new Watch(installation.postgres);
  }

  /** Clients at this rate while `faults` happen; resolves when every client has an answer or gave up. */
  async under(perSecond: number, faults: () => Promise<unknown>): Promise<void> {
    const load = new Load(this.clients, this.seeded);
    load.start(perSecond);
    try {
      await faults();
    } finally {
      await load.finish();
    }
  }

  /** After the last fault: waits until all is quiet, tries what must work and what must not, and judges. */
  async judge(): Promise<Judgement> {
    const { installation, history } = this;
    const recovery = await settled(installation);
    const before = await recordsOf(installation.postgres);
    const probes = await probe(installation, this.clients, before);
    const trails = await trailsOf(installation);
    const evidence: Evidence = {
      operations: history.operations,
      journal: installation.journal.mails,
      records: await recordsOf(installation.postgres),
      trails,
      doubles: [...this.#watch.doubles],
      probes,
      atRest: await foundAtRest(installation),
      recovery,
    };
    return { evidence, violations: violationsIn(evidence), looks: this.#watch.looks };
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }
}
