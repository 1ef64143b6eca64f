import { type Operator, OperatorRegister, type OperatorRole, Operators } from '#access';
import { Database } from '#database';
import { SupportGrants } from '#support';
import { Upkeep } from '../../apps/worker/upkeep.js';
import type { OpenedPractice } from './practice.js';
import type { Product } from './product.js';

/** An operator of the installation, as their token proves it. */
export async function addOperator(
  { app, database }: Product,
  name: string,
  role: OperatorRole = 'operator',
): Promise<Operator> {
  const register = new OperatorRegister(database.adminUrl);
  const token = await register.add({ name, role, addedBy: 'test', first: false });
  const operator = token && (await app.get(Operators).byToken(token.reveal()));
  if (!operator) throw new Error(`${name} was not added`);
  return operator;
}

export const revokeOperator = ({ database }: Product, name: string) =>
  new OperatorRegister(database.adminUrl).revoke(name, 'test', true);

/** What the commands of customer service do, in one practice. */
export async function supportOf(product: Product, { administrator }: OpenedPractice) {
  const [row] = await product.database.query<{ practice_id: string }>(
    'select practice_id from users where id = $1',
    [administrator.userId],
  );
  const practiceId = row?.practice_id ?? '';
  const grants = product.app.get(SupportGrants);
  const inside = <T>(work: () => Promise<T>) => product.app.get(Database).inPractice(practiceId, work);
  return {
    propose: (operator: Operator, username = administrator.username) =>
      inside(() => grants.propose(operator, username, 'Ticket 4711: both passwords are lost')),
    approve: (operator: Operator, id: string) => inside(() => grants.approve(operator, id)),
    states: () =>
      inside(async () => (await grants.list({ limit: 200 }, null, null)).map(({ state }) => state)),
  };
}

/** A grant that an operator has proposed although nobody is locked out; returns its id. */
export async function plantGrant({ database }: Product, userId: string): Promise<string> {
  const [row] = await database.query<{ id: string }>(
    `insert into support_grants (practice_id, id, user_id, reason, proposed_by, proposed_at, expires_at)
     select practice_id, gen_random_uuid(), id, 'Ticket 4711', 'wren', now(), now() + interval '3 days'
     from users where id = $1 returning id`,
    [userId],
  );
  return row?.id ?? '';
}

/** One round of what the worker does by the clock. */
export const upkeep = async ({ worker }: Product): Promise<void> => worker?.get(Upkeep).run();
