import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { type Actor, type Canonical, canonicalJson, newId } from '#runtime';
import type { AuditAction } from './actions.js';
import { addressOf, append, chained, type Event, unwritten } from './appending.js';
import { ADDRESS, type Cast, type EventBody, type PersonalValue, subjectOf } from './personal.js';
import { TOGETHER } from './strangers.js';

/** One thing that happened. `changes` holds no secret and no personal value: ids, states, field names. */
export interface AuditEntry {
  action: AuditAction;
  actor: Actor;
  target?: { type: string; id: string | null };
  outcome?: 'success' | 'refused' | 'failed';
  changes?: Record<string, Canonical>;
  /**
   * Names and the like of the person concerned, shown among `changes` until that person is erased: the
   * target, or whom `changes.userId` names.
   */
  personal?: Record<string, string>;
}

/** What somebody was refused. `account` is what is counted together within a minute. */
export type Refusal = Omit<AuditEntry, 'personal' | 'outcome'> & { account: string };

/** What is forgotten is written after what is recorded. */
const FORGETTING = {};

/** Writes the trail of the practice whose unit of work is running. */
@Injectable()
export class AuditTrail {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Adds an event to this transaction. All of a transaction's events enter the chain in one call just
   * before it commits, so that the practice's head is locked as briefly as possible.
   */
  record(entry: AuditEntry): void {
    this.#gather(() => chained(this.#event(entry), personalIn(entry)));
  }

  /**
   * Notes the refusal of somebody who is not signed in. It never takes the chain's lock, which a
   * stranger could otherwise hold: one row per account, action and minute counts, and is sealed into
   * the chain as one event by `seal`. Also for names and practices that do not exist, at equal cost.
   */
  refuse(refusal: Refusal): Promise<void> {
    return this.refused([{ refusal, count: 1 }]);
  }

  /** Adds what has been counted elsewhere, in one statement; in order, so that two never wait for each other. */
  async refused(counted: readonly { refusal: Refusal; count: number }[]): Promise<void> {
    await this.database.begun;
    const written = this.database.sql(
      `insert into audit_refusals (practice_id, bucket, action, account, body, count)
       select $1, date_trunc('minute', app_now()), action, account, body, added
       from unnest($2::text[], $3::text[], $4::text[], $5::integer[]) as n (action, account, body, added)
       order by action, account
       on conflict (practice_id, action, account, bucket) do update
         set count = audit_refusals.count + excluded.count`,
      [
        this.database.practiceId,
        counted.map(({ refusal }) => refusal.action),
        counted.map(({ refusal }) => refusal.account),
        counted.map(({ refusal }) => this.#refused(refusal)),
        counted.map(({ count }) => count),
      ],
    );
    await written.catch((error: unknown) => {
      throw unwritten(error);
    });
  }

  /**
   * Moves the refusals counted so far into the chain, each row one event with its count, together with what
   * this transaction has recorded so far. Whoever goes on to record appends a second time: read first.
   */
  async seal(): Promise<void> {
    if (await this.#take()) await this.database.writeGathered(this);
  }

  /**
   * Erases the names and addresses that the trail shows of a person, in this transaction; events, chain and
   * proofs stay as they are. Call it after what else ends the person's access: what they do later is shown.
   */
  async forget(userId: string): Promise<void> {
    await this.#take();
    this.database.gather(FORGETTING, userId, (userIds) => ({
      text: 'select audit_forget(forgotten) from unnest($1::text[]) as forgotten',
      values: [userIds],
    }));
  }

  /** Takes the counted refusals to what is written last; false when there are none. */
  async #take(): Promise<boolean> {
    const rows = await this.database
      .sql<{ body: string; count: number }>(
        `with taken as (
           delete from audit_refusals where practice_id = current_practice()
           returning body, count, bucket, action, ${TOGETHER} as account
         ) select min(body) as body, sum(count)::integer as count from taken
           group by bucket, action, account order by bucket`,
      )
      .catch((error: unknown) => {
        throw unwritten(error);
      });
    for (const { body, count } of rows) this.#gather(() => sealed(JSON.parse(body), count));
    return rows.length > 0;
  }

  #gather(event: () => Event): void {
    this.database.gather(this, event, (events) => append(events.map((make) => make())));
  }

  #refused(refusal: Refusal): string {
    const event = this.#event({ ...refusal, outcome: 'refused' });
    return canonicalJson({ ...event, sourceAddress: refusal.actor.sourceAddress });
  }

  #event({ action, actor, target, outcome = 'success', changes = {} }: AuditEntry): EventBody {
    return {
      id: newId(),
      at: this.database.now.toISOString(),
      action,
      actor: { type: actor.type, id: actor.id },
      target: target ? { type: target.type, id: target.id } : null,
      outcome,
      sourceAddress: null,
      requestId: actor.requestId,
      changes,
    };
  }
}

function personalIn({ actor, target, changes, personal = {} }: AuditEntry): PersonalValue[] {
  const cast: Cast = { actor, target: target ?? null, changes: changes ?? null };
  return [
    ...addressOf(actor.sourceAddress, subjectOf(cast, ADDRESS)),
    ...Object.entries(personal).map(([name, value]) => {
      const pointer = `/changes/${name}`;
      return { pointer, subjectId: subjectOf(cast, pointer), value };
    }),
  ];
}

/** A counted refusal as an event; its address is the first one of that minute. */
function sealed(stored: EventBody & { sourceAddress: string | null }, count: number): Event {
  const { sourceAddress, ...event } = stored;
  const changes = { ...(event['changes'] as EventBody), count };
  return chained(
    { ...event, sourceAddress: null, changes },
    addressOf(sourceAddress, subjectOf(event, ADDRESS)),
  );
}
