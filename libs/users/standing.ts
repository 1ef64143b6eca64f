import { Inject, Injectable } from '@nestjs/common';
import { Rights, Roles } from '#access';
import { Database } from '#database';

/** Somebody on whose behalf a worker acts, as they stand now. */
export interface Stander {
  displayName: string;
  rights: Rights;
}

/** What whoever began something long may still do: asked again at each step, held until it has been committed. */
@Injectable()
export class Standing {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
  ) {}

  /** Whoever is not active any more, or has been erased, may nothing. */
  async of(userId: string): Promise<Stander> {
    const [row] = await this.database.sql<{ display_name: string; roles: string[] }>(
      `select u.display_name, array(select r.role_key from user_roles r
         where r.practice_id = u.practice_id and r.user_id = u.id) as roles
       from users u where u.practice_id = current_practice() and u.id = $1 and u.status = 'active' for share of u`,
      [userId],
    );
    if (!row) return { displayName: '', rights: Rights.NOTHING };
    return { displayName: row.display_name, rights: await this.roles.rightsOf(row.roles) };
  }
}
