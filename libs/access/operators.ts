import { Inject, Injectable } from '@nestjs/common';
import { Database } from '#database';
import type { Actor } from '#runtime';
import { operatorTokenDigest } from '#secrets';

/** What an operator may do: act for customer service and the installation, or only look. */
export type OperatorRole = 'operator' | 'auditor';

/** Somebody whom the installation's owner has named, as far as a token proves it. */
export interface Operator {
  name: string;
  role: OperatorRole;
  addedAt: Date;
}

/** How trails name an operator; whoever typed before there was one is named otherwise. */
const NAMED = 'operator:';

/** Who types commands on this installation. Reads only: the owner of the schema adds and revokes. */
@Injectable()
export class Operators {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Whether there has ever been an operator, and whether one with the role `operator` stands now. */
  async known(): Promise<{ ever: boolean; acting: boolean }> {
    const [row] = await this.database.outsidePractice(() =>
      this.database.sql<{ ever: boolean; acting: boolean }>('select ever, acting from operators_known()'),
    );
    if (!row) throw new Error('The database did not say whether there are operators');
    return row;
  }

  /** Whose token this is; null for anything else, and for an operator who was revoked. */
  async byToken(token: string): Promise<Operator | null> {
    const digest = operatorTokenDigest(token);
    return digest ? this.byDigest(digest) : null;
  }

  /** The same for whoever has kept the token's digest instead of the token. */
  async byDigest(digest: Buffer): Promise<Operator | null> {
    const [row] = await this.database.outsidePractice(() =>
      this.database.sql<{ name: string; role: OperatorRole; created_at: Date }>(
        'select name, role, created_at from operator_by_token($1)',
        [digest],
      ),
    );
    return row ? { name: row.name, role: row.role, addedAt: row.created_at } : null;
  }

  /**
   * Whether what an operator began may go on: until they are revoked, or, for whoever typed without a name,
   * until there is a first operator. Asked inside a practice, at each step of it.
   */
  async stands({ id }: Actor): Promise<boolean> {
    const [row] = id?.startsWith(NAMED)
      ? await this.database.sql<{ stands: boolean }>('select operators_stand($1) as stands', [
          [id.slice(NAMED.length)],
        ])
      : await this.database.sql<{ stands: boolean }>('select not ever as stands from operators_known()');
    return row?.stands ?? false;
  }
}

/** The operator as practices' trails name them. */
export const asActor = ({ name }: Pick<Operator, 'name'>): Actor => ({
  type: 'operator',
  id: `${NAMED}${name}`,
  sourceAddress: null,
  requestId: null,
});
