import { readFileSync } from 'node:fs';
import type { INestApplicationContext } from '@nestjs/common';
import { asActor, type Operator, type OperatorRole, Operators, Rights } from '#access';
import { type Actor, Config, NIL_ID } from '#runtime';
import type { Principal } from '#users';
import { UsageError } from './usage-error.js';
import { WHOEVER_TYPES } from './with-product.js';

/** What every command that acts on data takes. */
export interface ActingOptions {
  operatorTokenFile?: string;
  json?: boolean;
}

/** As whom commands look at what a practice does: operators have no account. */
export const CUSTOMER_SERVICE: Pick<Principal, 'userId' | 'displayName' | 'rights'> = {
  userId: NIL_ID,
  displayName: '',
  rights: Rights.EVERYTHING,
};

const GIVE_TOKEN =
  'This installation has operators: give the token of one in a file with --operator-token-file, or in LATCHKEY_OPERATOR_TOKEN';

/**
 * Who acts: the operator whose token was given, or whoever types as long as there has never been one.
 * @throws UsageError without a token; Error for one that is not valid, or of an auditor who would change something
 */
export async function whoActs(
  product: INestApplicationContext,
  options: ActingOptions,
  needed: OperatorRole,
): Promise<Actor> {
  const { ever } = await product.get(Operators).known();
  return ever ? asActor(await theOperator(product, options, needed)) : WHOEVER_TYPES;
}

/** The operator whose token was given. @throws as `whoActs` */
export async function theOperator(
  product: INestApplicationContext,
  { operatorTokenFile }: ActingOptions,
  needed: OperatorRole,
): Promise<Operator> {
  const token = operatorTokenFile
    ? readFileSync(operatorTokenFile, 'utf8').trim()
    : product.get(Config).values.LATCHKEY_OPERATOR_TOKEN;
  if (!token) throw new UsageError(GIVE_TOKEN);
  const operator = await product.get(Operators).byToken(token);
  if (!operator) throw new Error('This is not the token of an operator, or the operator has been revoked');
  if (needed === 'operator' && operator.role !== 'operator') {
    throw new Error(`${operator.name} is an auditor and may only look: this needs the role operator`);
  }
  return operator;
}
