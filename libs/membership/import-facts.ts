import { Inject, Injectable } from '@nestjs/common';
import { Rights, Roles } from '#access';
import { BUILT_IN_ROLES, canonicalUsername } from '#contract';
import { Database } from '#database';
import { Deliveries } from '#delivery';
import { Standing } from '#users';
import { type ImportFacts as Facts, rolesIn, type StagedRow } from './import-judge.js';
import type { RunningImport } from './import-records.js';

/** What a step of an import is judged by, and on whose behalf the people are added; null for customer service. */
export interface GatheredFacts extends Facts {
  addedBy: string | null;
}

/**
 * Whom customer service adds may look, and no more. With an administrator at an address of their choice one
 * operator would have a way into any practice, which takes two (decision 0011).
 */
const GIVEN_BY_OPERATORS = Rights.of([
  { permissions: ['user:create', ...BUILT_IN_ROLES.auditor.permissions], limits: {} },
]);

/** Gathers in a few statements what single requests would ask row by row. */
@Injectable()
export class ImportFacts {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Standing) private readonly standing: Standing,
    @Inject(Deliveries) private readonly deliveries: Deliveries,
  ) {}

  async gather(running: RunningImport, rows: readonly StagedRow[]): Promise<GatheredFacts> {
    const keys = [...new Set(rows.flatMap(({ roles }) => rolesIn(roles)))];
    const mailboxes = [...new Set(rows.map(({ email }) => email.toLowerCase()))];
    const [requester, roles, existing, room] = await Promise.all([
      this.#requester(running),
      this.roles.heldAmong(keys),
      this.#existing(rows),
      running.welcome ? this.#room(running, mailboxes) : null,
    ]);
    return { ...requester, roles: new Map(roles.map((role) => [role.key, role])), existing, room };
  }

  /** With the rights of now: whoever has lost them meanwhile adds nobody any more. */
  async #requester({ actor }: RunningImport): Promise<Pick<GatheredFacts, 'addedBy' | 'rights'>> {
    const { displayName, rights } = await this.standing.of(actor);
    if (actor.type !== 'operator') return { addedBy: displayName, rights };
    return { addedBy: null, rights: rights.may('user:create') ? GIVEN_BY_OPERATORS : rights };
  }

  async #existing(rows: readonly StagedRow[]): Promise<Set<string>> {
    const found = await this.database.sql<{ username: string }>(
      'select username from users where practice_id = current_practice() and username = any($1::text[])',
      [rows.map(({ username }) => canonicalUsername(username))],
    );
    return new Set(found.map(({ username }) => username));
  }

  /** A dry run sends nothing: the mails it would have sent are counted from its own rows. */
  async #room({ id, dryRun }: RunningImport, mailboxes: string[]): Promise<Map<string, number>> {
    const room = await this.deliveries.roomIn(mailboxes);
    if (!dryRun) return room;
    const taken = await this.database.sql<{ mailbox: string; count: number }>(
      `select lower(email) as mailbox, count(*)::int as count from user_import_rows
       where practice_id = current_practice() and import_id = $1 and outcome = 'would_create'
         and lower(email) = any($2::text[]) group by 1`,
      [id, mailboxes],
    );
    for (const { mailbox, count } of taken) room.set(mailbox, (room.get(mailbox) ?? 0) - count);
    return room;
  }
}
