// Runs inside a worker thread, from source under vitest too: erasable TypeScript, and of our own files only
// the one that is imported by its address, since .ts and .js stand beside this one under the same name.
import { extname } from 'node:path';
import { parentPort } from 'node:worker_threads';
import type { MailParts, MailValues } from './mail-language.js';

/** One template, rendered for each of these. */
export interface WordingRequest {
  locale: string;
  source: MailParts;
  values: MailValues[];
}

/** `fault` is the library's own message: it names what the template names, and repeats no value. */
export type WordingReply = { mails: MailParts[] } | { fault: string; part: keyof MailParts };

const file = new URL(`./mail-language${extname(import.meta.url)}`, import.meta.url);
const { MailLanguage } = (await import(file.href)) as typeof import('./mail-language.js');

function run({ locale, source, values }: WordingRequest): WordingReply {
  try {
    const render = new MailLanguage(locale).compile(source);
    return { mails: values.map((each) => render(each)) };
  } catch (error) {
    const { message, part = 'text' } = error as Error & { part?: keyof MailParts };
    return { fault: message, part };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.on('message', (request: WordingRequest) => parentPort?.postMessage(run(request)));
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
parentPort?.postMessage('ready');
