import { Inject, Injectable } from '@nestjs/common';
import { Operators, Rights, Roles } from '#access';
import { Database } from '#database';
import { type Actor, NIL_ID } from '#runtime';
import type { Principal } from './sessions.js';

/** Somebody on whose behalf a worker acts, as they stand now. */
type Stander = Pick<Principal, 'userId' | 'displayName' | 'rights'>;

/** What whoever began something long may still do: asked again at each step, held until it has been committed. */
@Injectable()
export class Standing {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(Roles) private readonly roles: Roles,
    @Inject(Operators) private readonly operators: Operators,
  ) {}

  /** Whoever is not active any more, has been erased or, as an operator, revoked, may nothing. */
  async of(actor: Actor): Promise<Stander> {
    return actor.type === 'operator' ? this.#operator(actor) : this.#user(actor.id ?? NIL_ID);
  }

  /** Operators have no account, and customer service reaches everybody. */
  async #operator(actor: Actor): Promise<Stander> {
    const stands = await this.operators.stands(actor);
    return { userId: NIL_ID, displayName: '', rights: stands ? Rights.EVERYTHING : Rights.NOTHING };
  }

  async #user(userId: string): Promise<Stander> {
    const [row] = await this.database.sql<{ display_name: string; roles: string[] }>(
      `select u.display_name, array(select r.role_key from user_roles r
         where r.practice_id = u.practice_id and r.user_id = u.id) as roles
       from users u where u.practice_id = current_practice() and u.id = $1 and u.status = 'active' for share of u`,
      [userId],
    );
    if (!row) return { userId, displayName: '', rights: Rights.NOTHING };
    return { userId, displayName: row.display_name, rights: await this.roles.rightsOf(row.roles) };
  }
}
