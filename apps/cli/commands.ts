import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { ConfigError } from '#runtime';
import { describeAudit } from './audit-commands.js';
import { acting, describeOperatorCommands } from './operator-commands.js';
import { describeQueue } from './queue-commands.js';
import { inShell, type Shell, shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { describeUsers } from './user-commands.js';

// Commands are imported when they run: `--help` must not load the whole product.

function wholeNumber(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) throw new InvalidArgumentError('must be a whole number');
  return Number(text);
}

function describeCommands(): Command {
  const program = new Command('latchkey')
    .description('Accounts for many practices, and the way back in for whoever is locked out.')
    .showHelpAfterError()
    .configureOutput({
      writeOut: (text) => void shell().stdout.write(text),
      writeErr: (text) => void shell().stderr.write(text),
    })
    .exitOverride();
  describeProcesses(program);
  describeOperatorCommands(program);
  describeUsers(program);
  const practice = program.command('practice').description('practices of this installation');
  acting(practice.command('create'))
    .description("open a practice and print its Practice ID: the operator's own way in")
    .requiredOption('--name <name>', 'name of the practice')
    .requiredOption('--username <username>', "the administrator's username")
    .requiredOption('--display-name <name>', "the administrator's name")
    .requiredOption('--email <address>', "the administrator's address")
    .requiredOption('--password-file <file>', "file with the administrator's password, - for standard input")
    .option('--time-zone <zone>', 'IANA time zone', 'UTC')
    .option('--locale <locale>', 'en or es', 'en')
    .addHelpText(
      'after',
      '\nExample:\n  latchkey practice create --name "Elm Dental" --username ada --display-name "Ada" \\\n    --email ada@elm.example --password-file -',
    )
    .action(async (options) => (await import('./practice-create.js')).practiceCreate(options));
  program
    .command('clock')
    .description("the installation's clock, for tests")
    .command('advance')
    .argument('<seconds>', 'by how many seconds', wholeNumber)
    .option('--json', 'print JSON')
    .description('move application and database time forward; refused in production')
    .action(async (seconds, options) => (await import('./clock-advance.js')).clockAdvance(seconds, options));
  describeAudit(program);
  describeQueue(program);
  program
    .command('demo')
    .description('data to try things with; refused in production')
    .command('seed')
    .requiredOption('--practices <count>', 'how many practices', wholeNumber)
    .requiredOption('--users <count>', 'users in each, at least 3', wholeNumber)
    .requiredOption('--password <password>', "everybody's password")
    .requiredOption('--answer <answer>', "everybody's answer to the first security question")
    .option('--audit-events <count>', 'audit events to spread over the practices', wholeNumber, 0)
    .option('--mail-domain <domain>', 'addresses are <username>@<domain>', 'example.test')
    .option('--json', 'print JSON')
    .action(async (options) => (await import('./demo-seed.js')).demoSeed(options));
  return program;
}

function describeProcesses(program: Command): void {
  program
    .command('start')
    .description('start everything: database if none is configured, migrations, API and worker')
    .action(async () => (await import('./start.js')).start());
  program
    .command('serve')
    .description('run the API in this process')
    .action(async () => (await import('./run-process.js')).runProcess('api'));
  program
    .command('worker')
    .description('run a worker in this process')
    .action(async () => (await import('./run-process.js')).runProcess('worker'));
  program
    .command('migrate')
    .description('bring the database to the current schema (DATABASE_ADMIN_URL)')
    .option('--json', 'print JSON')
    .action(async (options) => (await import('./migrate.js')).migrateCommand(options));
  const keys = program.command('keys').description('the root keys of the installation');
  acting(keys.command('rotate'))
    .description(
      'put a new root in front: into DATA_DIR/keys, or on stdout where LATCHKEY_KEYS is set; old values stay readable',
    )
    .action(async (options) => (await import('./keys-rotate.js')).keysRotate(options));
  program
    .command('doctor')
    .description('look over the installation: a line for each thing, and what to do; status 1 with a fault')
    .option('--json', 'print JSON')
    .action(async (options) => (await import('./doctor/doctor.js')).doctor(options));
}

/** Runs `latchkey ...args`; returns its status. */
export const runCommand = (args: readonly string[], given: Shell): Promise<number> =>
  inShell(given, async () => {
    try {
      await describeCommands().parseAsync(args, { from: 'user' });
      return 0;
    } catch (error) {
      return statusOf(error);
    }
  });

/** 1 for what failed, 2 for what was asked wrongly; every message names the next step. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  shell().stderr.write(`${message}\n`);
  return error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
}
