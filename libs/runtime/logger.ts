import { pino } from 'pino';
import { requestFacts } from './request-context.js';

/** What the product asks of its log (a pino logger is one): facts first, then the sentence. */
export abstract class Logger {
  abstract debug(facts: object, sentence: string): void;
  abstract info(facts: object, sentence: string): void;
  abstract warn(facts: object, sentence: string): void;
  abstract error(facts: object, sentence: string): void;
  abstract fatal(facts: object, sentence: string): void;
}

/** JSON lines on stderr unless told otherwise, each with the request id of the work that wrote it. */
export function createLogger(
  level: string,
  name: string,
  to: pino.DestinationStream = pino.destination({ fd: 2, sync: true }),
): pino.Logger {
  return pino(
    {
      level,
      name,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: requestFacts,
      serializers: { err: safeError },
    },
    to,
  );
}

/**
 * Errors of drivers carry whole statements with their parameters (`query`, `parameters`, `detail`):
 * only what names the fault is kept.
 */
export function safeError(error: unknown): Record<string, unknown> {
  if (!isErrorLike(error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: firstLine(error.message),
    ...(typeof code === 'string' ? { code } : {}),
    stack: stackWithoutMessage(error),
  };
}

/** Some libraries wrap what they threw, so that it is no longer an instance of Error. */
function isErrorLike(error: unknown): error is Error {
  return typeof error === 'object' && error !== null && typeof (error as Error).message === 'string';
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').slice(0, 500);
}

function stackWithoutMessage(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .join('\n');
}
