import { type Command, Option } from 'commander';
import { acting, reasoned, reasonedAbout } from './operator-commands.js';

/** `user`: one or many users of a practice. */
export function describeUsers(program: Command): void {
  const user = program.command('user').description('users of a practice');
  acting(reasonedAbout(user.command('reset-password')))
    .description(
      'mail a temporary password to the stored address; with operators or in production: support grant',
    )
    .action(async (options) => (await import('./user-reset-password.js')).userResetPassword(options));
  describeImport(user.command('import'));
  acting(reasoned(user.command('bulk-reset')))
    .option('--role <key>', 'users with this role')
    .addOption(new Option('--status <status>', 'active unless told otherwise').choices(['active', 'invited']))
    .option('--changed-before <date>', 'users whose password was last set before, such as 2026-01-01')
    .option('--dry-run', 'only say for whom it would be')
    .description('mail many a temporary password, at a steady pace; not with operators or in production')
    .action(async (options) => (await import('./user-bulk-reset.js')).userBulkReset(options));
}

function describeImport(command: Command): void {
  acting(command.argument('[file]', 'CSV file in UTF-8, - for standard input'))
    .requiredOption('--practice <practiceId>', 'Practice ID')
    .option('--dry-run', 'only say what would happen')
    .option('--no-welcome', 'send no welcome email')
    .option('--failed <file>', 'write the lines that failed to this new file, with the reason')
    .option('--follow <import>', 'instead of a file: an import that goes on already')
    .description('add users from a file; status 1 when a line failed')
    .addHelpText(
      'after',
      '\nExample:\n  latchkey user import users.csv --practice GPEGN-8HVTE --dry-run\n\nusers.csv:\n  username,displayName,email,roles\n  mara.quill,Mara Quill,mara.quill@practice.example,staff',
    )
    .action(async (file, options) => (await import('./user-import.js')).userImport(file, options));
}
