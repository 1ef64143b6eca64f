import { type Command, InvalidArgumentError, Option } from 'commander';
import { acting } from './operator-commands.js';
import { UsageError } from './usage-error.js';

/** `latchkey audit …`. Commands are imported when they run: `--help` must not load the whole product. */
export function describeAudit(program: Command): void {
  const audit = program.command('audit').description('the audit trail');
  acting(audit.command('verify'))
    .argument(
      '[files...]',
      'archives and an export in their order, or the proof of one event: needs no database',
    )
    .description('check an exported trail offline, or without a file the chains of a running installation')
    .option('--key <file>', "the installation's public key (PEM) as you have known it since before")
    .option(
      '--anchor <file>',
      'anchors kept outside, or an older export: also finds a cut tail and a restore',
    )
    .option('--practice <practiceId>', 'without a file: one practice instead of all')
    .addHelpText(
      'after',
      '\nExamples:\n  latchkey audit verify trail.ndjson --key public.pem --anchor /mnt/outside/anchors.ndjson\n' +
        '  latchkey audit verify --practice GPEGN-8HVTE',
    )
    .action(async (files: string[], options) =>
      files.length === 0
        ? (await import('./audit-verify.js')).auditVerify(options)
        : (await import('./audit-verify-file.js')).auditVerifyFiles(files, options),
    );
  describeExport(acting(audit.command('export')));
  describeSearch(acting(audit.command('search')));
  describeArchive(acting(audit.command('archive')));
  describeHolds(audit);
  audit
    .command('prove')
    .argument('<file>', 'an export')
    .description('take one event out of an export, with the path that proves it by itself')
    .requiredOption('--event <id>', 'id or sequence number of the event')
    .action(async (file, options) => (await import('./audit-prove.js')).auditProve(file, options));
  audit
    .command('key')
    .description("print the installation's public key, for auditors to keep")
    .action(async () => (await import('./audit-key.js')).auditKey());
}

function describeExport(command: Command): void {
  command
    .description("write a practice's whole trail as NDJSON that anybody can check; --all as the auditor")
    .addOption(new Option('--practice <practiceId>', 'whose trail').conflicts('all'))
    .option('--all', 'every practice, each a file in the new folder --output: for the role auditor')
    .option('--output <file>', 'a new file instead of standard output')
    .action(async (options) => {
      if (options.all === true && options.output !== undefined) {
        return (await import('./audit-export-all.js')).auditExportAll(options);
      }
      if (options.practice !== undefined) return (await import('./audit-export.js')).auditExport(options);
      throw new UsageError('Name one practice with --practice, or say --all with a new folder as --output');
    });
}

function describeArchive(command: Command): void {
  command
    .description(
      'write old entries to files that verify, and remove those that need not be kept (DATABASE_ADMIN_URL)',
    )
    .requiredOption('--before <date>', 'entries from before this time, such as 2021-01-01')
    .requiredOption('--output <folder>', 'where the archives of this installation are kept')
    .option('--most <entries>', 'so many entries a file, or up to the next signature', atLeastOne, 100_000)
    .option('--practice <practiceId>', 'whose trail')
    .option('--all', 'the trail of every practice')
    .action(async (options) => (await import('./audit-archive.js')).auditArchive(options));
}

function describeHolds(audit: Command): void {
  acting(audit.command('hold'))
    .description("hold a practice's trail: nothing of it is removed (DATABASE_ADMIN_URL)")
    .requiredOption('--practice <practiceId>', 'whose trail')
    .requiredOption(
      '--reason <text>',
      "why, in one line that stays in the practice's trail for good: a case, no names",
    )
    .action(async (options) => (await import('./audit-hold.js')).auditHold(options));
  acting(audit.command('lift'))
    .description('lift such a hold: one operator asks, a second one types the same (DATABASE_ADMIN_URL)')
    .requiredOption('--practice <practiceId>', 'whose trail')
    .action(async (options) => (await import('./audit-hold.js')).auditLift(options));
}

function describeSearch(command: Command): void {
  command
    .description("search one practice's trail or all, as the platform's auditor; each trail says so")
    .option('--practice <practiceId>', 'whose trail')
    .option('--all', 'the trail of every practice')
    .option('--event <id>', 'the event itself')
    .option('--request <id>', "a request's id, as logs and answers name it")
    .option('--person <id>', 'who acted or was acted upon, or whose reset or mail it was')
    .option('--action <action>', 'such as session.refused')
    .option('--outcome <outcome>', 'success, refused or failed')
    .option('--address <address>', 'source address')
    .option('--from <time>', 'RFC 3339')
    .option('--to <time>', 'RFC 3339')
    .option('--limit <count>', 'newest events of each practice, 1 to 200', atMost200, 50)
    .action(async (options) => (await import('./audit-search.js')).auditSearch(options));
}

function atLeastOne(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('must be a number from 1 on');
}

function atMost200(text: string): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= 200) return Number(text);
  throw new InvalidArgumentError('must be 1 to 200');
}
