import { readFileSync } from 'node:fs';
import { formatPracticeId, OpenPractice as OpenPracticeRequest } from '#contract';
import { OpenPractice } from '#membership';
import { Problem } from '#runtime';
import { type ActingOptions, whoActs } from './acting.js';
import { shell } from './shell.js';
import { UsageError } from './usage-error.js';
import { withProduct } from './with-product.js';

export interface PracticeCreateOptions extends ActingOptions {
  name: string;
  username: string;
  displayName: string;
  email: string;
  passwordFile: string;
  timeZone: string;
  locale: string;
}

/** Opens a practice for an operator, who is told its Practice ID; the welcome email goes out as well. */
export async function practiceCreate(options: PracticeCreateOptions): Promise<void> {
  const request = OpenPracticeRequest.safeParse({
    name: options.name,
    timeZone: options.timeZone,
    locale: options.locale,
    administrator: {
      username: options.username,
      displayName: options.displayName,
      email: options.email,
      password: readPassword(options.passwordFile),
    },
  });
  if (!request.success) {
    throw new UsageError(
      request.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('\n'),
    );
  }
  const code = await withProduct(async (product) =>
    product.get(OpenPractice).openForOperator(await whoActs(product, options, 'operator'), request.data),
  ).catch((error: unknown) => {
    const reasons =
      error instanceof Problem ? (error.errors ?? []).map(({ message }) => `the password ${message}`) : [];
    throw reasons.length > 0 ? new UsageError(reasons.join('\n')) : error;
  });
  const practiceId = formatPracticeId(code);
  shell().stdout.write(options.json ? `${JSON.stringify({ practiceId })}\n` : `${practiceId}\n`);
}

/** Never an argument: those are seen in the process list. */
function readPassword(file: string): string {
  return (file === '-' ? shell().stdin() : readFileSync(file)).toString().replace(/\r?\n$/, '');
}
