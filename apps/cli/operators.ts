import { OperatorRegister, type OperatorRole, Operators, type RegisteredOperator } from '#access';
import { canonicalUsername, Username } from '#contract';
import { type ActingOptions, whoActs } from './acting.js';
import type { Installation } from './installation.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { inProduct, WHOEVER_TYPES, withInstallation } from './with-product.js';

/** Adds an operator and prints the token, this once. The first needs nobody's token. */
export async function operatorAdd(
  typed: string,
  options: ActingOptions & { role: OperatorRole },
): Promise<void> {
  const name = Username.safeParse(typed);
  if (!name.success) throw new UsageError(`NAME ${name.error.issues[0]?.message}`);
  const token = await withInstallation((installation) =>
    inProduct(installation, async (product) => {
      const register = registerOf(installation);
      const first = !(await product.get(Operators).known()).acting;
      const actor = first ? WHOEVER_TYPES : await whoActs(product, options, 'operator');
      const added = { name: name.data, role: options.role, addedBy: actor.id ?? '', first };
      return register.add(added);
    }),
  );
  if (!token) throw new Error(`${name.data} is, or was, an operator: names are not used again`);
  const shown = token.reveal();
  const { role } = options;
  if (options.json) shell().stdout.write(`${JSON.stringify({ name: name.data, role, token: shown })}\n`);
  else {
    shell().stdout.write(`${shown}\n`);
    shell().stderr.write(
      `This is the token of ${name.data} (${role}). It is kept nowhere and not shown again.\n`,
    );
  }
}

export async function operatorList(options: ActingOptions): Promise<void> {
  const operators = await withInstallation((installation) =>
    inProduct(installation, async (product) => {
      await whoActs(product, options, 'auditor');
      return registerOf(installation).list();
    }),
  );
  const words = operators.map(describe).join('\n') || 'There are no operators.';
  shell().stdout.write(options.json ? `${JSON.stringify({ operators })}\n` : `${words}\n`);
}

/** Ends an operator's token at once. Grants that they proposed or approved lapse with it. */
export async function operatorRevoke(
  typed: string,
  options: ActingOptions & { last?: boolean },
): Promise<void> {
  const name = canonicalUsername(typed);
  const outcome = await withInstallation((installation) =>
    inProduct(installation, async (product) => {
      const actor = await whoActs(product, options, 'operator');
      return registerOf(installation).revoke(name, actor.id ?? '', options.last === true);
    }),
  );
  if (outcome === 'unknown') throw new Error(`There is no operator called ${name}, or not any more`);
  if (outcome === 'last') {
    throw new Error(`${name} is the last operator who may act: add another first, or say --last`);
  }
  shell().stdout.write(options.json ? `${JSON.stringify({ revoked: name })}\n` : `Revoked ${name}.\n`);
}

function registerOf({ adminUrl }: Installation): OperatorRegister {
  if (adminUrl) return new OperatorRegister(adminUrl);
  throw new Error('DATABASE_ADMIN_URL must be set: only the owner of the schema keeps the list of operators');
}

function describe({ name, role, createdAt, createdBy, revokedAt, revokedBy }: RegisteredOperator): string {
  const added = `${name} ${role}, added ${createdAt.toISOString()} by ${createdBy}`;
  return revokedAt ? `${added}, revoked ${revokedAt.toISOString()} by ${revokedBy}` : added;
}
