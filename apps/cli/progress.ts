/** How far something long has come. */
export interface Progressing {
  state: string;
  done: number;
  total: number;
}

/** What of a terminal or a file is needed. */
interface Out {
  isTTY?: boolean;
  write(text: string): unknown;
}

const CELLS = 30;
const PLAIN_EVERY_MILLISECONDS = 10_000;
const STILL_AFTER_MILLISECONDS = 30_000;
const ERASE_LINE = '\r\u001B[K';
const IS_ANYBODY_THERE = 'Nothing has moved for 30 s: is a worker running? latchkey queue status tells.';

/** Says how far it is: one line that is rewritten on a terminal, a line now and then anywhere else. */
export class Progress {
  readonly #out: Out;
  #last: Progressing = { state: 'running', done: -1, total: 0 };
  #movedAt = 0;
  #shown = '';
  #shownAt = Number.NEGATIVE_INFINITY;

  constructor(out: Out) {
    this.#out = out;
  }

  show(at: Progressing, now = performance.now()): void {
    const turned = at.state !== this.#last.state;
    // Whoever has paused it knows why nothing moves.
    if (turned || at.done !== this.#last.done || at.state !== 'running') this.#movedAt = now;
    this.#last = at;
    if (this.#out.isTTY) this.#redraw(`${barOf(at)} ${inWords(at)}`);
    else if (turned || now - this.#shownAt >= PLAIN_EVERY_MILLISECONDS) this.#tell(inWords(at), now);
    if (now - this.#movedAt < STILL_AFTER_MILLISECONDS) return;
    this.#movedAt = now;
    this.say(IS_ANYBODY_THERE);
  }

  /** A line of its own. */
  say(line: string): void {
    this.#out.write(this.#out.isTTY ? `${ERASE_LINE}${line}\n${this.#shown}` : `${line}\n`);
  }

  /** Leaves the line as it is. */
  end(): void {
    if (this.#out.isTTY && this.#shown) this.#out.write('\n');
  }

  #redraw(line: string): void {
    if (line === this.#shown) return;
    this.#shown = line;
    this.#out.write(`${ERASE_LINE}${line}`);
  }

  #tell(line: string, now: number): void {
    if (line === this.#shown) return;
    [this.#shown, this.#shownAt] = [line, now];
    this.#out.write(`${line}\n`);
  }
}

const inWords = ({ state, done, total }: Progressing): string =>
  `${done} of ${total}${state === 'running' ? '' : `, ${state}`}`;

function barOf({ done, total }: Progressing): string {
  const filled = total === 0 ? CELLS : Math.floor((done / total) * CELLS);
  return `[${'#'.repeat(filled)}${'-'.repeat(CELLS - filled)}]`;
}
