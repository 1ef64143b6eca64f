import { Readable } from 'node:stream';

/** A browser that lost its connection comes back after this long (WHATWG HTML §9.2). */
const RETRY_MILLISECONDS = 3_000;
/** Whoever reads nothing for this long has gone, whatever the network believes. */
const PATIENCE_MILLISECONDS = 60_000;
/** The id of a last event: a browser that brings it back has seen everything. */
export const FINAL_EVENT = 'final';

/**
 * What one client reads of one thing: its state now, then each other one, as events in JSON. A line break in a
 * value is `\n` there and can begin no event of its own (Nest CVE-2026-35515). To whoever reads slowly only
 * the newest state is sent: nothing is kept for them.
 */
export class EventStream extends Readable {
  #shown = '';
  #wanted = true;
  #over = false;
  #unreadSince = 0;

  constructor() {
    super();
    this.push(`retry: ${RETRY_MILLISECONDS}\n\n`);
  }

  /** Sends a state unless it was the last one sent. Nothing follows a final one. */
  show(state: unknown, { final }: { final: boolean }): void {
    const data = JSON.stringify(state);
    if (this.#over) return;
    if (final) {
      this.push(`id: ${FINAL_EVENT}\ndata: ${data}\n\n`);
      this.finish();
    } else if (this.#wanted && data !== this.#shown) {
      this.#shown = data;
      this.#send(`data: ${data}\n\n`);
    }
  }

  /** A comment, so that nobody in between takes the connection for dead. */
  beat(now = performance.now()): void {
    if (!this.#wanted && now - this.#unreadSince > PATIENCE_MILLISECONDS) this.destroy();
    else if (this.#wanted && !this.#over) this.#send(':\n\n');
  }

  /** Ends it; the client may ask again, and is told why not. */
  finish(): void {
    if (!this.#over) this.push(null);
    this.#over = true;
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#over = true;
    done(error);
  }

  override _read(): void {
    this.#wanted = true;
  }

  #send(text: string): void {
    this.#wanted = this.push(text);
    if (!this.#wanted) this.#unreadSince = performance.now();
  }
}
