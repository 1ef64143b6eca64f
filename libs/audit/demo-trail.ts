import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import { newId } from '#runtime';
import type { AuditAction } from './actions.js';
import { addressOf, append, chained, type Event } from './appending.js';

/** What happens in an ordinary practice, and how often of a hundred times. */
const HAPPENINGS: readonly [AuditAction, times: number][] = [
  ['session.created', 46],
  ['session.ended', 30],
  ['session.refused', 8],
  ['session.reauthenticated', 5],
  ['delivery.accepted', 4],
  ['user.updated', 3],
  ['password-reset.requested', 1],
  ['password-reset.sent', 1],
  ['password-reset.completed', 1],
  ['role.updated', 1],
];
const ORDINARY = HAPPENINGS.flatMap(([action, times]) => Array.from({ length: times }, () => action));

/** Events over a stretch of time, made up. */
export interface DemoEvents {
  count: number;
  from: Date;
  to: Date;
  /** Ids of the practice's users: who acts, and on whom. */
  people: readonly string[];
  /** From how many addresses. */
  addresses: number;
}

/** Fills trails for demonstrations and measurements: made up, and chained like everything else. */
@Injectable()
export class DemoTrail {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Adds events to the trail of the running unit's practice. */
  async add(events: DemoEvents): Promise<void> {
    const { text, values } = append(happenings(events));
    await this.database.sql(text, values);
  }
}

/** Events evenly spread over their time, oldest first. */
export function happenings({ count, from, to, ...cast }: DemoEvents): Event[] {
  const step = (to.getTime() - from.getTime()) / count;
  return Array.from({ length: count }, (_, index) =>
    happening(new Date(from.getTime() + index * step), cast),
  );
}

const oneOf = (count: number): number => Math.floor(Math.random() * count);

function happening(at: Date, { people, addresses }: Pick<DemoEvents, 'people' | 'addresses'>): Event {
  const somebody = () => people[oneOf(people.length)] ?? null;
  const action = ORDINARY[oneOf(ORDINARY.length)] as AuditAction;
  const refused = action === 'session.refused';
  const actor = { type: refused ? 'anonymous' : 'user', id: refused ? null : somebody() };
  const concerned = action.startsWith('session.') ? actor.id : somebody();
  const [ofMail] = /^(password-reset|delivery)(?=\.)/.exec(action) ?? [];
  const number = oneOf(addresses);
  const address = `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}`;
  return chained(
    {
      id: newId(),
      at: at.toISOString(),
      action,
      actor,
      target: ofMail ? { type: ofMail, id: newId() } : { type: 'user', id: concerned },
      outcome: refused ? 'refused' : 'success',
      sourceAddress: null,
      requestId: newId(),
      changes: ofMail ? { userId: concerned } : {},
    },
    addressOf(address, actor.id ?? concerned),
  );
}
