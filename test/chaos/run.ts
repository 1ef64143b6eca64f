import { foundAtRest } from './at-rest.js';
import { Clients } from './clients.js';
import type { Evidence, Load as LoadFacts, Probe, Recovery } from './evidence.js';
import { History } from './history.js';
import type { Installation } from './installation.js';
import type { Violation } from './invariants/invariant.js';
import { goneSince, violationsIn } from './invariants/violations.js';
import { Load } from './load.js';
import { OF_A_RUN, OF_A_TEST, probe } from './probes.js';
import { recordsOf } from './records.js';
import { Seeded } from './seeded.js';
import { settled } from './settle.js';
import { trailsOf } from './trails.js';
import { Watch } from './watch.js';

/** What a run has come to. */
export interface Judgement {
  evidence: Evidence;
  violations: Violation[];
  /** Seen while the workers went on, and gone when nothing happened any more. */
  warnings: Violation[];
  looks: number;
}

/** One installation under observation: clients, everything they asked, and the judgement at the end. */
export class Run {
  readonly history = new History();
  readonly clients: Clients;
  readonly seeded: Seeded;
  readonly #watch: Watch;
  readonly #load: LoadFacts = { due: 0, skipped: 0, restoredAt: Date.now() };

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
      this.#load.restoredAt = Date.now();
      await load.finish();
      this.#load.due += load.due;
      this.#load.skipped += load.skipped;
    }
  }

  /**
   * After the last fault: waits until all is quiet, tries what must work and what must not, and judges. Reading
   * every file and trying many temporary passwords takes long: whoever judges often does it once, at the end.
   */
  async judge({ thoroughly } = { thoroughly: true }): Promise<Judgement> {
    const { installation } = this;
    const recovery = await settled(installation);
    const records = await recordsOf(installation.postgres);
    const probes = await probe(this.clients, records, thoroughly ? OF_A_RUN : OF_A_TEST);
    const look = () => this.#look(recovery, probes, thoroughly);
    const first = await look();
    // The worker's clockwork goes on: what it does between two readings, such as ending what has run out, is no
    // contradiction. So the second look is at an installation in which nothing happens.
    if (first.violations.length === 0) return first;
    const second = await installation.withoutWorkers(look);
    return { ...second, warnings: goneSince(first.violations, second.violations) };
  }

  async #look(recovery: Recovery, probes: Probe[], thoroughly: boolean): Promise<Judgement> {
    const evidence = {
      ...(await this.#collect(recovery, probes)),
      atRest: thoroughly ? await foundAtRest(this.installation) : [],
    };
    return { evidence, violations: violationsIn(evidence), warnings: [], looks: this.#watch.looks };
  }

  /** Mails first: what is in the journal by now must be in the database that is read after it. */
  async #collect(recovery: Recovery, probes: Probe[]): Promise<Omit<Evidence, 'atRest'>> {
    const { installation, history, clients } = this;
    const journal = [...installation.journal.mails];
    const trails = await trailsOf(clients);
    const records = await recordsOf(installation.postgres);
    return {
      operations: history.operations,
      journal,
      taken: new Set(installation.journal.mails.map(({ deliveryId }) => deliveryId)),
      records,
      trails,
      doubles: [...this.#watch.doubles],
      probes,
      recovery,
      load: { ...this.#load },
    };
  }

  /** What a test expects to be empty after each of its faults. */
  async violations(): Promise<Violation[]> {
    return (await this.judge({ thoroughly: false })).violations;
  }

  stop(): Promise<void> {
    return this.#watch.stop();
  }
}
