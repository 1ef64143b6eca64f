import { Logger } from '#runtime';

/** A log that a test can read. */
export class RecordedLog extends Logger {
  readonly #lines: { level: string; facts: Record<string, unknown> }[] = [];

  override debug = (facts: object): void => this.#note('debug', facts);
  override info = (facts: object): void => this.#note('info', facts);
  override warn = (facts: object): void => this.#note('warn', facts);
  override error = (facts: object): void => this.#note('error', facts);
  override fatal = (facts: object): void => this.#note('fatal', facts);

  /** What was said under a stable name, in order, with its level. */
  events(prefix: string): string[] {
    return this.#lines.flatMap(({ level, facts }) =>
      String(facts['event']).startsWith(prefix) ? [`${level} ${String(facts['event'])}`] : [],
    );
  }

  #note(level: string, facts: object): void {
    this.#lines.push({ level, facts: { ...facts } });
  }
}
