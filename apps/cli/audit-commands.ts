import type { Command } from 'commander';
import { acting } from './operator-commands.js';

/** `latchkey audit …`. Commands are imported when they run: `--help` must not load the whole product. */
export function describeAudit(program: Command): void {
  const audit = program.command('audit').description('the audit trail');
  acting(audit.command('verify'))
    .argument('[file]', 'an export, or the proof of one event: needs no database')
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
    .action(async (file, options) =>
      file === undefined
        ? (await import('./audit-verify.js')).auditVerify(options)
        : (await import('./audit-verify-file.js')).auditVerifyFile(file, options),
    );
  acting(audit.command('export'))
    .description("write a practice's whole trail as NDJSON that anybody can check")
    .requiredOption('--practice <practiceId>', 'whose trail')
    .option('--output <file>', 'a new file instead of standard output')
    .action(async (options) => (await import('./audit-export.js')).auditExport(options));
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
