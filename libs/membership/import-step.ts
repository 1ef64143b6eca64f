import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { BulkWork, type NextStep, portionOf } from '#delivery';
import { newId } from '#runtime';
import { AddUser, type NewPerson } from './add-user.js';
import { type GatheredFacts, ImportFacts } from './import-facts.js';
import { EXISTS, judge, type StagedRow } from './import-judge.js';
import { ImportRecords, type RunningImport, type SettledRow } from './import-records.js';

/** Enough to share the cost of a transaction, few enough that others' events enter the chain in between. */
const ROWS = 500;

/** Imports the next rows, all in the step's transaction: users, roles, welcomes, events, outcomes, or none of it. */
@Injectable()
export class ImportStep implements OnModuleInit {
  constructor(
    @Inject(BulkWork) private readonly bulk: BulkWork,
    @Inject(ImportRecords) private readonly records: ImportRecords,
    @Inject(ImportFacts) private readonly facts: ImportFacts,
    @Inject(AddUser) private readonly addUser: AddUser,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  onModuleInit(): void {
    this.bulk.register('user-import', (id, attempt) => this.#step(id, attempt));
  }

  async #step(id: string, attempt: number): Promise<NextStep> {
    const found = await this.records.find(id);
    if (!found || found.view.state === 'completed') return 'done';
    const { running } = found;
    const pending = await this.records.pending(id, ROWS);
    const { rows, giveUp, careful } = portionOf(pending, attempt, chunkOf);
    if (rows.length === 0) return this.#complete(running);
    if (giveUp) await this.#giveUp(id, rows);
    else await this.records.settle(id, await this.#import(running, rows));
    return { inSeconds: 0, careful };
  }

  async #import(running: RunningImport, rows: readonly StagedRow[]): Promise<SettledRow[]> {
    const facts = await this.facts.gather(running, rows);
    const judged = judge(rows, facts).map((judgement) => ({ ...judgement, userId: newId() }));
    const people = judged.flatMap((one) =>
      one.outcome === 'create' ? [{ ...one.person, id: one.userId }] : [],
    );
    const added = running.dryRun ? new Set<string>() : await this.#add(running, facts, people);
    return judged.map((one): SettledRow => {
      const { line, userId } = one;
      if (one.outcome !== 'create') return { line, outcome: one.outcome, reason: one.reason, userId: null };
      if (running.dryRun) return { line, outcome: 'would_create', reason: null, userId: null };
      if (added.has(userId)) return { line, outcome: 'created', reason: null, userId };
      // Somebody was added under that name since it was looked for.
      return { line, outcome: 'skipped', reason: EXISTS, userId: null };
    });
  }

  async #add(
    { actor, welcome }: RunningImport,
    { addedBy }: GatheredFacts,
    people: NewPerson[],
  ): Promise<Set<string>> {
    return people.length > 0 ? this.addUser.addAll(actor, people, { addedBy, welcome }) : new Set();
  }

  async #giveUp(id: string, rows: readonly StagedRow[]): Promise<void> {
    const reason = 'could not be stored: the log of the worker says why';
    await this.records.settle(
      id,
      rows.map(({ line }) => ({ line, outcome: 'failed', reason, userId: null })),
    );
  }

  async #complete({ id, actor, dryRun }: RunningImport): Promise<NextStep> {
    await this.records.complete(id);
    const done = await this.records.find(id);
    const { created = 0, skipped = 0, failed = 0 } = done?.view ?? {};
    this.trail.record({
      action: 'user-import.completed',
      actor,
      target: { type: 'user-import', id },
      changes: { dryRun, created, skipped, failed },
    });
    return 'done';
  }
}

const chunkOf = ({ line }: StagedRow): number => Math.floor(line / ROWS);
