import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { runCommand } from './commands.js';

const { env, stdout, stderr } = process;
const status = await runCommand(process.argv.slice(2), { env, stdin: () => readFileSync(0), stdout, stderr });
// What runs on, such as the API, ends with a status of its own.
if (status !== 0) process.exitCode = status;
