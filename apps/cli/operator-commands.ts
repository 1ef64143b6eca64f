import { type Command, Option } from 'commander';

/** Every command that acts on data names an operator, never by an argument: those are seen in process lists. */
export const acting = (command: Command): Command =>
  command
    .option('--operator-token-file <file>', "file with the operator's token; or LATCHKEY_OPERATOR_TOKEN")
    .option('--json', 'print JSON');

/** `operator` and `support`: what customer service types. */
export function describeOperatorCommands(program: Command): void {
  describeOperators(program.command('operator').description('who may type commands on this installation'));
  describeSupport(
    program.command('support').description('the way in when every administrator of a practice is locked out'),
  );
}

function describeOperators(operator: Command): void {
  const role = new Option('--role <role>', 'what they may do: act, or only look').choices([
    'operator',
    'auditor',
  ]);
  acting(operator.command('add').argument('<name>', 'their name, for ever'))
    .addOption(role.makeOptionMandatory())
    .description('add an operator and print the token, this once; the first needs no token')
    .action(async (name, options) => (await import('./operators.js')).operatorAdd(name, options));
  acting(operator.command('list'))
    .description('operators, also those who were revoked')
    .action(async (options) => (await import('./operators.js')).operatorList(options));
  acting(operator.command('revoke').argument('<name>'))
    .option('--last', 'also the last operator who may act')
    .description('end a token at once; grants of that operator lapse')
    .action(async (name, options) => (await import('./operators.js')).operatorRevoke(name, options));
}

function describeSupport(support: Command): void {
  acting(reasonedAbout(support.command('grant')))
    .description('propose to mail an administrator a temporary password; a second operator approves')
    .action(async (options) => (await import('./support.js')).supportGrant(options));
  acting(support.command('approve').argument('<grant>', 'id of a grant that another operator proposed'))
    .description('approve: the administrators are told, and after four hours the mail goes out')
    .action(async (grant, options) => (await import('./support.js')).supportApprove(grant, options));
  acting(support.command('cancel').argument('<grant>', 'id of an open grant'))
    .description('end a grant before anything is sent')
    .action(async (grant, options) => (await import('./support.js')).supportCancel(grant, options));
  acting(support.command('list'))
    .option('--practice <practiceId>', 'all grants of one practice instead of the open ones')
    .description('grants that are open')
    .action(async (options) => (await import('./support.js')).supportList(options));
}

/** What starts something in the name of customer service. */
export const reasoned = (command: Command): Command =>
  command
    .requiredOption('--practice <practiceId>', 'Practice ID')
    .requiredOption(
      '--reason <text>',
      "why, in one line that stays in the practice's trail for good: a ticket, no names",
    );

/** The same about one user. */
export const reasonedAbout = (command: Command): Command =>
  reasoned(command).requiredOption('--username <username>', 'whose password');
