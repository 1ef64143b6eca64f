import { Inject, Injectable } from '@nestjs/common';
import type { PracticeView } from '#contract';
import { Database } from '#database';
import { Problem } from '#runtime';

const ADVICE = {
  single_administrator: {
    code: 'single_administrator',
    title: 'Only one administrator',
    detail: 'If they are locked out, nobody here can help. Designate a second administrator.',
  },
  few_users: {
    code: 'few_users',
    title: 'Few people have an account',
    detail: 'Add the people who work here, so that nobody has to share a password.',
  },
} as const;

/** Keeps every practice with somebody who can let the others back in. */
@Injectable()
export class Administrators {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Display names of the active administrators. */
  async names(): Promise<string[]> {
    const rows = await this.database.sql<{ display_name: string }>(
      `select u.display_name from user_roles r join users u on u.practice_id = r.practice_id and u.id = r.user_id
       where r.practice_id = current_practice() and r.role_key = 'administrator' and u.status = 'active'
       order by u.display_name`,
    );
    return rows.map((row) => row.display_name);
  }

  /** Ids of the active administrators, at most so many: those who have been there longest. */
  async ids(most: number): Promise<string[]> {
    const rows = await this.database.sql<{ id: string }>(
      `select u.id from user_roles r join users u on u.practice_id = r.practice_id and u.id = r.user_id
       where r.practice_id = current_practice() and r.role_key = 'administrator' and u.status = 'active'
       order by u.id limit $1`,
      [most],
    );
    return rows.map((row) => row.id);
  }

  /** Makes concurrent changes to administrators wait for each other; call before changing any. */
  async lock(): Promise<void> {
    await this.database.sql(
      'select 1 from practices where practice_id = current_practice() for no key update',
    );
  }

  /**
   * Call after a change, before it commits: early, and in words. A change that forgets to ask is refused
   * by the database when it commits (`keep_administrator`, LK001).
   * @throws Problem `last_administrator` when no active administrator with an own password is left.
   */
  async mustRemain(): Promise<void> {
    const [row] = await this.database.sql<{ remaining: boolean }>(
      'select administrator_remains(current_practice()) as remaining',
    );
    if (!row?.remaining) throw Problem.of('last_administrator');
  }

  async advice(): Promise<PracticeView['advice']> {
    const administrators = await this.names();
    const [row] = await this.database.sql<{ users: number }>(
      `select count(*)::int as users from (select 1 from users
         where practice_id = current_practice() and status <> 'deactivated' limit 3) few`,
    );
    return [
      ...(administrators.length < 2 ? [ADVICE.single_administrator] : []),
      ...((row?.users ?? 0) < 3 ? [ADVICE.few_users] : []),
    ];
  }
}
