import { Inject, Injectable } from '@nestjs/common';
import { AuditTrail } from '#audit';
import { DEFAULT_POLICY, type PracticePolicy, practiceIdFromRandom, type UpdatePractice } from '#contract';
import { Database } from '#database';
import { type Actor, type ExpectedVersion, mustBeExpected, Problem } from '#runtime';
import { randomSymbols } from '#secrets';
import { Practice } from './practice.entity.js';

/** Practices, and the way from the Practice ID that people type to the tenant it names. */
@Injectable()
export class Practices {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AuditTrail) private readonly trail: AuditTrail,
  ) {}

  /** The tenant of a canonical Practice ID, or null. */
  async idOf(code: string): Promise<string | null> {
    const [row] = await this.database.outsidePractice(() =>
      this.database.sql<{ id: string | null }>('select practice_by_code($1) as id', [code]),
    );
    return row?.id ?? null;
  }

  /** The practice of the running unit of work. */
  async current(): Promise<Practice> {
    return this.database.em.findOneOrFail(Practice, { practiceId: this.database.practiceId });
  }

  /** The same, and nobody else changes it until this transaction has ended. */
  async hold(): Promise<Practice> {
    await this.database.sql(
      'select 1 from practices where practice_id = current_practice() for no key update',
    );
    return this.current();
  }

  /** What the practice is called, and by which Practice ID: what every session shows. */
  async name(): Promise<Pick<Practice, 'code' | 'name'>> {
    const [row] = await this.database.sql<Pick<Practice, 'code' | 'name'>>(
      'select code, name from practices where practice_id = current_practice()',
    );
    if (!row) throw Problem.of('unauthenticated');
    return row;
  }

  /** Creates the running unit's practice, pending until its first sign-in proves the mailbox. */
  async create(details: Pick<Practice, 'name' | 'timeZone' | 'locale'>): Promise<Practice> {
    const now = await this.database.begun;
    const practice = this.database.em.create(Practice, {
      ...details,
      practiceId: this.database.practiceId,
      code: practiceIdFromRandom(randomSymbols(9)),
      policy: DEFAULT_POLICY,
      status: 'pending',
      createdAt: now,
      updatedAt: now,
      version: 1,
    });
    await this.database.em.flush();
    return practice;
  }

  async update(actor: Actor, changes: UpdatePractice, expected: ExpectedVersion): Promise<Practice> {
    const practice = await this.current();
    mustBeExpected(practice.version, expected);
    const { policy, ...plain } = changes;
    const after = { ...practice.policy, ...(policy as Partial<PracticePolicy>) };
    const rules = changesOf(practice.policy, after);
    const named = Object.keys(plain).filter((key) => practice[key as 'name'] !== plain[key as 'name']);
    const fields = [...named, ...Object.keys(rules)].sort();
    if (fields.length === 0) return practice;
    Object.assign(practice, plain, { policy: after, updatedAt: this.database.now });
    await this.database.em.flush();
    this.trail.record({
      action: 'practice.updated',
      actor,
      target: { type: 'practice', id: practice.practiceId },
      changes: { fields, ...(policy && { policy: rules }) },
    });
    return practice;
  }

  /** The first own sign-in: whoever opened the practice has read the welcome mail. */
  async confirm(actor: Actor): Promise<void> {
    const confirmed = await this.database.sql(
      `update practices set status = 'active', updated_at = app_now()
       where practice_id = current_practice() and status = 'pending' returning 1`,
    );
    if (confirmed.length === 0) return;
    this.trail.record({
      action: 'practice.confirmed',
      actor,
      target: { type: 'practice', id: this.database.practiceId },
    });
  }
}

/** Each rule that is another one now, with what it was. */
const changesOf = (before: PracticePolicy, after: PracticePolicy) =>
  Object.fromEntries(
    Object.entries(after)
      .filter(([rule, value]) => before[rule as keyof PracticePolicy] !== value)
      .map(([rule, value]) => [rule, { before: before[rule as keyof PracticePolicy], after: value }]),
  );
