import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What was typed; where that cannot be read, the usage and status 2. */
export function readTyped<Config extends ParseArgsConfig>(
  usage: string,
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch {
    return refuseTyped(usage);
  }
}

/** Ends the program as one that was used wrongly. */
export function refuseTyped(usage: string): never {
  console.error(`usage: ${usage}`);
  process.exit(2);
}
