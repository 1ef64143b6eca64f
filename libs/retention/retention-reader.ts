import { Inject, Injectable } from '@nestjs/common';
import type { AuditRetentionView } from '#contract';
import { Database } from '#database';

/** A practice that never said anything keeps its trail for this long. */
const DEFAULT_YEARS = 6;

interface Term {
  years: number;
  asked_years: number | null;
  asked_by: string;
  asked_at: Date;
  confirmed_by: string | null;
  effective_at: Date | null;
  acts: boolean;
}

interface Hold {
  party: 'practice' | 'operators';
  since: Date;
  held_by: string;
  reason: string;
  lifting_by: string | null;
  lifting_at: Date;
}

type HoldView = AuditRetentionView['hold'];

const user = (id: string) => ({ type: 'user' as const, id });

/** How the trail of the running unit's practice is kept. */
@Injectable()
export class RetentionReader {
  constructor(@Inject(Database) private readonly database: Database) {}

  async view(): Promise<AuditRetentionView> {
    const [term] = await this.database.sql<Term>(
      `select years, asked_years, asked_by, asked_at, confirmed_by, effective_at,
         coalesce(effective_at <= app_now(), false) as acts
       from audit_retention where practice_id = current_practice()`,
    );
    const holds = await this.database.sql<Hold>(
      `select party, since, held_by, reason, lifting_by, lifting_at from audit_holds
       where practice_id = current_practice()`,
    );
    const of = (party: Hold['party']) => holdView(holds.find((hold) => hold.party === party));
    return { ...termView(term), hold: of('practice'), operatorHold: of('operators') };
  }
}

function termView(term: Term | undefined): Pick<AuditRetentionView, 'years' | 'pending'> {
  if (!term) return { years: DEFAULT_YEARS, pending: null };
  const { years, asked_years: askedYears, asked_by, asked_at, confirmed_by, effective_at, acts } = term;
  if (askedYears === null) return { years, pending: null };
  // The row is tidied by whoever changes it next.
  if (acts) return { years: askedYears, pending: null };
  return {
    years,
    pending: {
      years: askedYears,
      requestedBy: user(asked_by),
      requestedAt: asked_at.toISOString(),
      confirmedBy: confirmed_by === null ? null : user(confirmed_by),
      effectiveAt: effective_at?.toISOString() ?? null,
    },
  };
}

function holdView(hold: Hold | undefined): HoldView {
  if (!hold) return null;
  const { party, since, held_by, reason, lifting_by, lifting_at } = hold;
  const person = (id: string) => (party === 'practice' ? user(id) : { type: 'operator' as const, id });
  return {
    since: since.toISOString(),
    by: person(held_by),
    reason,
    lifting:
      lifting_by === null ? null : { requestedBy: person(lifting_by), requestedAt: lifting_at.toISOString() },
  };
}
