import { Inject, Injectable } from '@nestjs/common';
import * as z from 'zod';
import { SecurityQuestionIdField } from '#contract';
import { Database } from '#database';
import { newId, Problem } from '#runtime';
import { KeyRing, openJson, sealJson } from '#secrets';

const LIFE_MINUTES = 10;
/** All tickets have one length, so that a ticket does not tell how long the name is or whether it exists. */
const PADDED_BYTES = 640;

const Ticket = z.strictObject({
  id: z.uuid(),
  practiceId: z.uuid(),
  username: z.string(),
  questionId: SecurityQuestionIdField,
  expiresAt: z.int(),
});

/** What a challenge asked, for the answer that follows. Carried by the client, readable by nobody. */
export type Ticket = z.infer<typeof Ticket>;

/** Challenges write nothing: everything about one is in its ticket, which takes one answer. */
@Injectable()
export class Tickets {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(KeyRing) private readonly keys: KeyRing,
  ) {}

  issue(asked: Pick<Ticket, 'username' | 'questionId'>): { ticket: string; expiresAt: Date } {
    const expiresAt = new Date(this.database.now.getTime() + LIFE_MINUTES * 60_000);
    const ticket: Ticket = {
      ...asked,
      id: newId(),
      practiceId: this.database.practiceId,
      expiresAt: expiresAt.getTime(),
    };
    return { ticket: sealJson(this.keys, 'ticket', ticket, { padTo: PADDED_BYTES }), expiresAt };
  }

  /** @throws Problem `ticket_invalid` for anything that is not a ticket of ours. */
  open(sealed: string): Ticket {
    const parsed = Ticket.safeParse(openJson(this.keys, 'ticket', sealed));
    if (!parsed.success) throw Problem.of('ticket_invalid');
    return parsed.data;
  }

  /** Uses the ticket up. @throws Problem `ticket_invalid` the second time, and after its ten minutes. */
  async spend(ticket: Ticket): Promise<void> {
    const now = await this.database.begun;
    if (ticket.expiresAt <= now.getTime()) throw Problem.of('ticket_invalid');
    const spent = await this.database.sql(
      `insert into spent_tickets (practice_id, ticket_id, expires_at)
       values (current_practice(), $1, $2) on conflict do nothing returning 1`,
      [ticket.id, new Date(ticket.expiresAt)],
    );
    if (spent.length === 0) throw Problem.of('ticket_invalid');
  }
}
